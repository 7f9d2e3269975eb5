"""The demo's fleet: the same past at every start, and weeks with good, middling and bad days."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from health_assets.sandbox.ec2.demo import IDLE, UNATTACHED, demo_region
from health_assets.sandbox.ec2.world import inside
from health_assets.scoring.catalogue import load_catalogue
from health_assets.scoring.score import score_values

NOW = datetime(2026, 3, 18, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def world():
    return demo_region("us-east-1", now=NOW)


def listed(world, at):
    """Everything that is there at an instant, by id."""
    states = {one.instance_id: (one.state(at), one.cpu_percent(at)) for one in world.instances if one.state(at)}
    volumes = {one.volume_id: inside(one.attached, at) for one in world.volumes}
    return (
        states,
        volumes,
        {one.snapshot_id for one in world.snapshots if NOW - timedelta(days=40) < one.started_at <= at},
    )


@pytest.mark.parametrize("hours", [1, 24, 24 * 20])
def test_a_later_start_serves_the_same_past(world, hours):
    later = demo_region("us-east-1", now=NOW + timedelta(days=2))
    at = NOW - timedelta(hours=hours)
    assert listed(world, at) == listed(later, at)


def test_regions_differ(world):
    assert listed(world, NOW) != listed(demo_region("eu-central-1", now=NOW), NOW)


def test_every_running_instance_has_a_size_and_a_price(world):
    types = {one.instance_type for one in world.instances}
    assert all(world.types[name].list_price and world.types[name].spot_price for name in types)


@pytest.mark.parametrize(
    ("metric", "counts"), [("ec2.instances.idle", IDLE), ("ec2.ebs.volumes.unattached", UNATTACHED)]
)
def test_a_week_is_red_yellow_and_green(metric, counts):
    (fom,) = [row for row in load_catalogue(known_metrics=None) if row.metric == metric]
    scores = score_values(fom, np.array(counts, dtype=float))
    assert all([(scores < 0.3).any(), ((scores >= 0.3) & (scores < 0.7)).any(), (scores >= 0.7).any()])


def test_the_counts_are_those_of_the_weekday(world):
    for back in range(7):
        at = (NOW - timedelta(days=back)).replace(hour=12)
        idle = sum((one.cpu_percent(at) or 100) < 5 for one in world.instances)
        loose = sum(inside(one.attached, at) is None for one in world.volumes)
        assert (IDLE[at.weekday()], UNATTACHED[at.weekday()]) == (idle, loose)
