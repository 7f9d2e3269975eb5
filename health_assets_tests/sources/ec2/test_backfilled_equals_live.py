"""EBS snapshots are reconstructed: a backfilled day is the day as it was collected live. The rest is refused."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from health_assets.model.metric import History
from health_assets.model.reason import Reason
from health_assets.pipeline.refresh import refresh
from health_assets.sandbox.ec2.service import routes
from health_assets.sandbox.server import SandboxServer
from health_assets.sources import ec2
from health_assets_tests.sources.ec2.conftest import REGION, machine, region, saved, settings_at
from health_assets_tests.sources.results.held import runtime_of, seen

SOURCE = ec2.SOURCE
START = datetime(2026, 3, 2, tzinfo=UTC)
STARTS = st.lists(st.integers(-3000, 3 * 1440).map(lambda minutes: START + timedelta(minutes=minutes)), max_size=6)
RECONSTRUCTED = {
    metric.name for family in SOURCE.families for metric in family.metrics if metric.history is History.RECONSTRUCTED
}


@given(starts=STARTS)
@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_days_of_ticks_end_as_one_backfill_of_them(starts):
    now = [START]
    snapshots = [saved(f"{number}", at, size=number + 1) for number, at in enumerate(starts)]
    worlds = {REGION: region(snapshots=snapshots, instances=[machine("a")])}
    with (
        tempfile.TemporaryDirectory() as name,
        SandboxServer({}, now=lambda: now[0], services=routes(worlds, clock=lambda: now[0])) as server,
        runtime_of(SOURCE, settings_at(server.url), folder=Path(name), clock=lambda: now[0], name="live") as live,
        runtime_of(SOURCE, settings_at(server.url), folder=Path(name), clock=lambda: now[0], name="filled") as filled,
    ):
        for tick in range(1, 6):
            now[0] = START + timedelta(hours=12 * tick, minutes=15)
            for collected in refresh(live, days=live.days(2)).values():
                assert () == collected.collection.failures
        days = live.days(3)[:-1]
        refresh(filled, days=days)
        backfilled, ticked = (seen(one, SOURCE, REGION, days) for one in (filled, live))
        same = {key for key in ticked if key[0] in RECONSTRUCTED}
        assert {key: ticked[key] for key in same} == {key: backfilled[key] for key in same}
        others = {observed.reason for key, observed in backfilled.items() if key not in same}
        assert {Reason.NOT_RECONSTRUCTIBLE} == others
        assert None not in {ticked["ec2.instances.running", day.key].value for day in days}
