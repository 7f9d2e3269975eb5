from datetime import UTC, datetime, timedelta

import pytest

from health_assets.sandbox.kubernetes.demo import DAYS, demo_cluster, load_at

NOW = datetime(2026, 3, 18, 15, tzinfo=UTC)


def day_counts(phase, waiting=""):
    cluster = demo_cluster("prod", now=NOW)
    days = [NOW - timedelta(days=back) for back in range(DAYS)]
    return [
        sum(pod.phase == phase and pod.containers[0].waiting == waiting for pod in cluster.pods_at(day)) for day in days
    ]


def colours(values, *, red, green):
    return ["red" if red(one) else "green" if green(one) else "yellow" for one in values]


@pytest.mark.parametrize(
    "shown",
    [
        colours(day_counts("Running", "CrashLoopBackOff"), red=lambda n: n > 3.5, green=lambda n: n <= 1.5),
        colours(day_counts("Pending"), red=lambda n: n > 14, green=lambda n: n <= 6),
        colours(
            [load_at(NOW - timedelta(days=back)) for back in range(DAYS)],
            red=lambda load: load < 0.35,
            green=lambda load: load > 0.8,
        ),
    ],
    ids=["crash loops", "pending", "load"],
)
def test_any_seven_days_are_red_yellow_and_green(shown):
    weeks = [set(shown[start : start + 7]) for start in range(DAYS - 7)]
    assert [] == [week for week in weeks if len(week) < 3]


def test_a_restart_serves_the_same_past():
    earlier, later = demo_cluster("prod", now=NOW), demo_cluster("prod", now=NOW + timedelta(hours=5))
    at = NOW - timedelta(days=2)
    assert earlier.pods_at(at) == later.pods_at(at)
