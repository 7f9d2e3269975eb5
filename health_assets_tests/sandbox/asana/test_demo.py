from datetime import UTC, datetime, timedelta

import pytest

from health_assets.sandbox.asana.demo import BUGS_GID, DAYS, demo_workspace

NOW = datetime(2026, 3, 18, 23, 59, tzinfo=UTC)
ENDS = [NOW - timedelta(days=back) for back in range(DAYS)]


def bugs(workspace):
    (found,) = [project for project in workspace.projects if project.gid == BUGS_GID]
    return found


def open_counts():
    project = bugs(demo_workspace("acme", now=NOW))
    return [sum(task.completed_by(at) is None for task in project.tasks_at(at)) for at in ENDS]


def off_track_counts():
    projects = demo_workspace("acme", now=NOW).projects
    return [sum(project.status_at(at) == "off_track" for project in projects) for at in ENDS]


@pytest.mark.parametrize(
    ("values", "red", "green"), [(open_counts(), 35, 15), (off_track_counts(), 3.5, 1.5)], ids=["bugs", "projects"]
)
def test_any_seven_days_are_red_yellow_and_green(values, red, green):
    shown = ["red" if value > red else "green" if value <= green else "yellow" for value in values]
    weeks = [set(shown[start : start + 7]) for start in range(DAYS - 7)]
    assert [] == [week for week in weeks if len(week) < 3]


def test_a_restart_serves_the_same_past():
    earlier, later = (bugs(demo_workspace("acme", now=NOW + timedelta(hours=hours))) for hours in (0, 5))
    at = NOW - timedelta(days=2)
    open_then = [
        [task for task in project.tasks_at(at) if task.completed_by(at) is None] for project in (earlier, later)
    ]
    assert open_then[0] == open_then[1]
