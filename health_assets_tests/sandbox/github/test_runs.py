"""The listing of workflow runs: filters, paging, the cap."""

from datetime import timedelta

import pytest

from health_assets_tests.sandbox.small import NAME, T, many_runs, runs_of

RUNS = f"/repos/{NAME}/actions/runs"


@pytest.fixture
def worlds():
    return {NAME: many_runs(2300)}


def ids(client, **query):
    return [run["id"] for run in runs_of(client, **query)["workflow_runs"]]


def test_the_newest_run_comes_first(client):
    assert [1000, 1001, 1002] == ids(client, per_page=3)


def test_a_page_has_thirty_runs_unless_asked_and_never_more_than_a_hundred(client):
    assert (30, 100) == (len(ids(client)), len(ids(client, per_page=500)))


def test_pages_join_without_gap_or_overlap(client):
    pages = [ids(client, per_page=100, page=page) for page in range(1, 25)]
    assert list(range(1000, 3300)) == [name for page in pages for name in page]


def test_total_count_is_the_real_one_although_a_filter_shows_a_thousand(client):
    body = runs_of(client, created=">=2020-01-01", per_page=100, page=11)
    assert (2300, []) == (body["total_count"], body["workflow_runs"])


def test_the_thousandth_filtered_run_can_be_reached(client):
    assert 1999 == ids(client, event="push", per_page=100, page=10)[-1]


def test_links_lead_to_the_last_page(client):
    links = client.get(RUNS, params={"created": ">=2020-01-01", "per_page": 100}).links
    assert "page=2" in links["next"]["url"]
    assert "page=10" in links["last"]["url"]


def test_the_last_page_has_no_next(client):
    assert "next" not in client.get(RUNS, params={"per_page": 100, "page": 23}).links


@pytest.mark.parametrize(
    ("created", "count"),
    [
        ("2026-03-04T11:00:00Z..2026-03-04T12:00:00Z", 61),
        ("2026-03-04T12:00:00+01:00..2026-03-04T13:00:00+01:00", 61),
        (">=2026-03-04T11:00:00Z", 61),
        (">2026-03-04T11:00:00Z", 60),
        ("<=2026-03-03T00:00:00Z", 140),
        ("<2026-03-03T00:00:00Z", 139),
        ("*..2026-03-03", 1579),
        ("2026-03-04", 721),
        ("2026-03-04..*", 721),
    ],
)
def test_created_is_inclusive_and_takes_instants_and_dates(client, created, count):
    assert count == runs_of(client, created=created)["total_count"]


def test_two_halves_of_a_window_hold_what_the_window_holds(client):
    middle = T - timedelta(hours=10)
    before = f"2026-03-03T00:00:00Z..{middle:%Y-%m-%dT%H:%M:%SZ}"
    later = f"{middle + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}..2026-03-04T12:00:00Z"
    counts = [runs_of(client, created=window)["total_count"] for window in (before, later)]
    assert runs_of(client, created="2026-03-03T00:00:00Z..2026-03-04T12:00:00Z")["total_count"] == sum(counts)


def test_a_window_that_cannot_be_read_is_refused(client):
    assert 422 == client.get(RUNS, params={"created": "yesterday"}).status_code
