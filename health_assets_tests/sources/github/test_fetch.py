"""Fetches of small worlds over the sandbox: entities, commits and what hangs on them."""

from datetime import timedelta

import pytest
from tenacity import wait_none

from health_assets.model.errors import Cause, SourceError
from health_assets.sandbox import faults
from health_assets.sandbox.github.world import (
    Actor,
    Branch,
    CheckRun,
    Closure,
    Comment,
    Commit,
    Issue,
    Label,
    PullRequest,
    Repository,
    Review,
)
from health_assets.sources.github.fetch import fetch
from health_assets_tests.sources.github.conftest import NOW
from health_assets_tests.sources.github.held import Held, asking

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TICK = timedelta(minutes=15)


def pull(number, *, age=2 * DAY, **facts):
    return PullRequest(number=number, title="t", created_at=NOW - age, author=Actor("dev"), **facts)


def merged(number, *, at=NOW - DAY, **facts):
    return PullRequest(number=number, title="t", created_at=at - 9 * HOUR, merged_at=at, **facts)


def commit(number, *, at, **facts):
    return Commit(sha=f"{number:040x}", committed_at=at, subject="s", author_login="dev", **facts)


def world(**facts):
    return Repository(full_name="acme/rocket", **facts)


@pytest.fixture
def tick(settings_for):
    """Fetches into `held` as of `now` and returns the batch."""

    def fetch_at(server, held, *, now=NOW, days=1, back=0, **changes):
        server.now = now
        server.requests.clear()
        return held.keep(fetch(settings_for(server, **changes), asking(held, now=now, days=days, back=back)))

    return fetch_at


def test_a_cold_fetch_brings_open_and_lately_closed_pull_requests(serve, tick):
    old = pull(3, age=60 * DAY, closures=(Closure(NOW - 50 * DAY),))
    held = Held()
    tick(serve(world(pulls=[pull(1, age=90 * DAY), merged(2), old])), held)
    assert ["1", "2"] == list(held.data("pull_requests"))


def test_a_steady_tick_brings_only_what_changed(serve, tick):
    held, server = Held(), serve(world(pulls=[pull(1), pull(2, comments=(Comment(NOW + timedelta(minutes=5)),))]))
    tick(server, held)
    batch = tick(server, held, now=NOW + TICK)
    assert ["2"] == [record.key for record in batch.records if record.kind == "pull_requests"]
    assert ["Tick", None] == [entry.operation for entry in server.requests if entry.path != "/repos/acme/rocket"]


def test_settled_days_make_no_request(serve, tick):
    held, server = Held(), serve(world(pulls=[pull(1)]))
    tick(server, held, days=3, back=1)
    assert tick(server, held, days=3, back=1).requests == len(server.requests) == 0


def test_coverage_has_every_day_of_each_lookback(serve, tick):
    held = Held()
    tick(serve(world(pulls=[pull(1)], branches=[Branch("b", NOW - DAY)])), held)
    days = {kind: len(covered) for kind, covered in held.covered.items()}
    week = dict.fromkeys(
        ("pull_requests", "merge_checks", "changed_files", "commits", "issues", "workflow_runs", "run_timeouts"), 8
    )
    assert week | {"default_branch_runs": 31, "branches": 1} == days
    assert {NOW} == {reading.captured_at for covered in held.covered.values() for reading in covered.values()}


def test_branches_are_counted_for_today_only(serve, tick):
    held, server = Held(), serve(world(branches=[Branch("b", NOW - DAY)]))
    assert {} == dict(tick(server, held, back=1).snapshots)
    assert {"branches": "2026-03-18"} == dict(tick(server, held).snapshots)
    assert [{"total": 2}] == list(held.data("branches").values())


def test_a_pull_request_closed_during_an_outage_of_weeks_is_closed(serve, tick):
    held, server = Held(), serve(world(pulls=[pull(1, closures=(Closure(NOW + 2 * DAY),))]))
    tick(server, held)
    tick(server, held, now=NOW + 20 * DAY)
    assert NOW + 2 * DAY == held.data("pull_requests")["1"]["closed_at"]


def test_a_vanished_pull_request_is_closed_when_it_is_missed(serve, tick, worlds):
    held, server = Held(), serve(world(pulls=[pull(1), pull(2)]))
    tick(server, held)
    worlds["acme/rocket"] = world(pulls=[pull(2)])
    batch = tick(server, held, now=NOW + TICK)
    gone = held.data("pull_requests")["1"]
    assert (NOW + TICK, [["2026-03-18T15:15:00Z", None]]) == (gone["closed_at"], gone["closures"])
    assert not any(reading.truncated for reading in batch.coverage)


def test_open_pull_requests_that_stay_away_truncate_the_days(serve, tick):
    def more(body):
        body["data"]["repository"]["openTotal"]["totalCount"] += 1

    server = serve(world(pulls=[pull(1)]))
    server.faults.add(faults.changed(more), operation="Tick")
    batch = tick(server, Held())
    assert {"pull_requests"} == {reading.kind for reading in batch.coverage if reading.truncated}


def test_long_nested_listings_are_read_to_their_end(serve, tick):
    many = [NOW - DAY + timedelta(seconds=step) for step in range(230)]
    talked = merged(
        1, at=NOW - HOUR, comments=[Comment(at) for at in many], reviews=[Review(at) for at in many[:120]],
        paths=[f"f{step}" for step in range(250)],
    )  # fmt: skip
    held = Held()
    tick(serve(world(pulls=[talked])), held)
    row = held.data("pull_requests")["1"]
    assert (230, 120) == (len(row["comments"]), len(row["reviews"]))
    assert len(held.data("changed_files")["#1"]["paths"]) == 250


def test_merged_pull_requests_are_detailed_once(serve, tick):
    check = CheckRun("test", NOW - 30 * HOUR, NOW - 29 * HOUR, "FAILURE")
    side = merged(2, base_ref="release", paths=("b.py",))
    held, server = Held(), serve(world(pulls=[merged(1, checks=(check,), paths=("a.py",)), side]))
    tick(server, held)
    assert {"#1": ["a.py"], "#2": ["b.py"]} == {key: row["paths"] for key, row in held.data("changed_files").items()}
    assert {"1": "failure"} == {key: row["state"] for key, row in held.data("merge_checks").items()}
    tick(server, held, now=NOW + TICK)
    assert "MergedDetails" not in {entry.operation for entry in server.requests}


def test_paths_of_direct_pushes_are_read_within_a_budget_and_the_rest_later(serve, tick):
    pushes = [commit(number, at=NOW - number * HOUR, paths=(f"{number}.py",)) for number in range(1, 13)]
    held, server = Held(), serve(world(commits=pushes))
    tick(server, held)
    assert len(held.data("changed_files")) == 10
    tick(server, held, now=NOW + TICK)
    assert len(held.data("changed_files")) == 12


def test_the_pull_request_of_a_commit_is_read_even_when_it_is_older_than_the_lookback(serve, tick):
    brought = merged(7, at=NOW - 20 * DAY, paths=("a.py",), labels=(Label("hotfix", NOW - 21 * DAY),))
    late = commit(1, at=NOW - HOUR, pull_request=7)
    held = Held()
    tick(serve(world(pulls=[brought], commits=[late])), held)
    assert ["hotfix"] == [label for label, _, _ in held.data("pull_requests")["7"]["labels"]]
    assert ["a.py"] == held.data("changed_files")["#7"]["paths"]


def test_lines_that_cannot_be_counted_are_unknown_for_that_commit_only(serve, tick):
    counted, uncounted = commit(1, at=NOW - HOUR, additions=5), commit(2, at=NOW - 2 * HOUR, additions=None)
    held = Held()
    tick(serve(world(commits=[counted, uncounted])), held)
    assert [5, None] == [row["additions"] for row in held.data("commits").values()]


def test_commits_that_arrive_with_old_dates_are_found(serve, tick):
    late = commit(2, at=NOW - 3 * DAY, pushed_at=NOW + timedelta(minutes=5))
    held, server = Held(), serve(world(commits=[commit(1, at=NOW - HOUR), late]))
    tick(server, held)
    tick(server, held, now=NOW + TICK)
    assert len(held.data("commits")) == 2


def test_an_issue_is_kept_with_the_labels_it_had(serve, tick):
    was_bug = (Label("training", NOW - DAY), Label("bug", NOW - DAY, NOW - HOUR))
    issues = [
        Issue(number=1, title="t", created_at=NOW - 40 * DAY, labels=(Label("bug", NOW - 40 * DAY),)),
        Issue(number=2, title="t", created_at=NOW - 2 * DAY, labels=was_bug),
        Issue(number=3, title="t", created_at=NOW - 2 * DAY, labels=(Label("docs", NOW - HOUR),)),
    ]
    held = Held()
    tick(serve(world(issues=issues)), held)
    assert ["1", "2"] == list(held.data("issues"))
    assert "2026-03-18T14:00:00Z" == held.data("issues")["2"]["labels"][1][2]


def test_an_empty_repository_is_covered_with_nothing_in_it(serve, tick):
    batch = tick(serve(world()), Held())
    assert {"branches"} == {record.kind for record in batch.records}
    assert not any(reading.truncated for reading in batch.coverage)


def test_a_heavy_query_is_repeated_with_smaller_pages(serve, tick, monkeypatch):
    monkeypatch.setattr("health_assets.sources.attempts.PAUSE", wait_none())
    server = serve(world(pulls=[pull(number) for number in range(1, 31)]))
    server.faults.add(faults.bad_gateway(), operation="Tick", times=1)
    held = Held()
    tick(server, held)
    assert len(held.data("pull_requests")) == 30
    assert [502, 200, 200] == [entry.status for entry in server.requests if entry.operation == "Tick"]


def test_a_listing_that_comes_empty_in_the_middle_fails_the_fetch(serve, tick):
    server = serve(world(pulls=[merged(number) for number in range(1, 120)]))
    server.faults.add(faults.empty_page(), operation="Tick", first=2)
    with pytest.raises(SourceError, match=r"acme/rocket: .* came short") as caught:
        tick(server, Held())
    assert (Cause.INCOMPLETE, 2) == (caught.value.cause, caught.value.requests)


def test_a_repository_that_is_not_there_is_not_found(serve, tick):
    server = serve(Repository(full_name="acme/other"))
    with pytest.raises(SourceError, match="acme/rocket") as caught:
        tick(server, Held())
    assert caught.value.cause is Cause.NOT_FOUND


def test_a_payload_that_cannot_be_read_is_named_and_the_others_stay(serve, tick):
    def spoil(body):
        nodes = body["data"]["repository"].get("open", {}).get("nodes", [])
        for node in nodes[:1]:
            node["createdAt"] = "soon"

    server = serve(world(pulls=[pull(1), pull(2)]))
    server.faults.add(faults.changed(spoil), operation="Tick")
    held = Held()
    batch = tick(server, held)
    assert 1 == len(held.data("pull_requests"))
    assert [("pull_requests", "createdAt is 'soon', expected an ISO instant")] == [
        (rejection.kind, rejection.problem) for rejection in batch.rejections
    ]
