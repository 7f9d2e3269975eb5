from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from health_assets.model.record import Coverage
from health_assets.model.time import day_of
from health_assets.sources.github.planning import first_midnight, plan_fetch, rotating, turns_final
from health_assets.sources.github.records import KINDS
from health_assets.sources.planning import Window
from health_assets_tests.sources.github.held import Held, asking

UTC_ZONE = ZoneInfo("UTC")
GRACE = timedelta(minutes=5)
NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
YESTERDAY, TODAY = (day_of(NOON.date() - timedelta(days=back), UTC_ZONE) for back in (1, 0))


def read(day, captured_at, *, truncated=False):
    return {
        day.key: Coverage(kind="k", day=day.key, captured_at=captured_at, fetched=1, truncated=truncated),
    }


def test_the_first_fetch_after_the_grace_makes_the_day_final():
    covered = read(YESTERDAY, YESTERDAY.end - MINUTE)
    assert not turns_final([YESTERDAY], covered, now=YESTERDAY.end + MINUTE, grace=GRACE)
    assert turns_final([YESTERDAY], covered, now=YESTERDAY.end + GRACE, grace=GRACE)


def test_a_day_never_read_does_not_turn_final():
    assert not turns_final([YESTERDAY], {}, now=NOON, grace=GRACE)


def test_the_first_midnight_is_that_of_the_configured_timezone():
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 3, 18, 22, 30, tzinfo=UTC)
    assert first_midnight(start, start + timedelta(hours=1), berlin) == datetime(2026, 3, 18, 23, tzinfo=UTC)
    assert first_midnight(start, start + timedelta(hours=1), UTC_ZONE) is None


def test_a_run_created_at_midnight_is_seen_by_that_midnight():
    assert first_midnight(TODAY.start, TODAY.start + MINUTE, UTC_ZONE) == TODAY.start


def test_rotation_gives_every_item_its_turn():
    items = list(range(25))
    turns = [rotating(items, limit=10, now=NOON + 15 * MINUTE * step) for step in range(5)]
    assert set(items) == {item for turn in turns for item in turn}
    assert all(len(turn) == 10 for turn in turns)


def test_a_cold_plan_reads_the_whole_lookback_of_each_kind():
    plan = plan_fetch(asking(Held(), now=NOON))
    week, month = TODAY.start - timedelta(days=7), TODAY.start - timedelta(days=30)
    assert (Window(start=week, end=NOON),) == plan.runs
    assert (Window(start=month, end=week),) == plan.older_runs
    assert week == plan.pulls_since
    assert plan.pulls_cold
    assert TODAY == plan.branches_day


def test_at_midnight_the_new_day_has_begun():
    plan = plan_fetch(asking(Held(), now=TODAY.start))
    assert TODAY == plan.days["issues"][-1]
    assert not plan.nothing


def test_a_past_day_has_no_branches_to_read():
    assert plan_fetch(asking(Held(), now=NOON, back=2)).branches_day is None


def test_settled_days_need_nothing_unless_they_are_refetched():
    held = Held()
    for kind in KINDS:
        days = plan_fetch(asking(held, now=NOON, back=2)).days[kind.name]
        held.covered[kind.name] = {
            day.key: Coverage(kind=kind.name, day=day.key, captured_at=NOON, fetched=0) for day in days
        }
    assert plan_fetch(asking(held, now=NOON, back=2)).nothing
    assert not plan_fetch(asking(held, now=NOON, back=2, refetch=True)).nothing
