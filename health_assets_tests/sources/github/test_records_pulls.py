from datetime import UTC, datetime

import pytest

from health_assets.model.errors import ContractError
from health_assets.sources.fields import read_each
from health_assets.sources.github.pulls import closures, issue, label_spans, pull_request

CREATED = "2026-03-01T08:00:00Z"


def event(kind, at, label=None):
    return {"__typename": kind, "createdAt": at} | ({"label": {"name": label}} if label else {})


def listing(*nodes, more=False):
    return {"nodes": list(nodes), "pageInfo": {"hasNextPage": more, "endCursor": None}}


def node(**changes):
    return {
        "id": "PR_1",
        "number": 7,
        "title": "t",
        "url": "https://example.invalid/7",
        "state": "OPEN",
        "createdAt": CREATED,
        "updatedAt": "2026-03-02T08:00:00Z",
        "closedAt": None,
        "mergedAt": None,
        "baseRefName": "main",
        "author": {"__typename": "User", "login": "dev"},
        "labels": {"nodes": []},
        "timelineItems": listing(),
        "reviews": listing(),
        "comments": listing(),
    } | changes


def review(state="COMMENTED", at="2026-03-01T09:00:00Z", comments=2, author=None):
    return {"submittedAt": at, "state": state, "author": author, "comments": {"totalCount": comments}}


def test_a_reopened_pull_request_has_been_closed_for_a_while():
    events = [event("ClosedEvent", "2026-03-02T00:00:00Z"), event("ReopenedEvent", "2026-03-03T00:00:00Z")]
    assert closures(events, closed_at=None) == [["2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"]]


def test_a_closing_without_an_event_is_taken_from_the_state():
    closed = datetime(2026, 3, 4, tzinfo=UTC)
    assert closures([], closed_at=closed) == [["2026-03-04T00:00:00Z", None]]


def test_events_that_contradict_the_state_leave_the_closings_unknown():
    assert closures([event("ClosedEvent", "2026-03-02T00:00:00Z")], closed_at=None) is None


def test_a_label_is_carried_from_its_event_to_its_removal():
    events = [
        event("LabeledEvent", "2026-03-02T00:00:00Z", "bug"),
        event("UnlabeledEvent", "2026-03-03T00:00:00Z", "bug"),
    ]
    spans = label_spans(events, carried=[], created_at=datetime(2026, 3, 1, tzinfo=UTC))
    assert spans == [["bug", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"]]


def test_a_label_without_an_event_counts_from_the_creation():
    spans = label_spans([], carried=["bug"], created_at=datetime(2026, 3, 1, tzinfo=UTC))
    assert spans == [["bug", "2026-03-01T00:00:00Z", None]]


def test_a_pending_review_does_not_exist_yet():
    reviews = listing(review("PENDING", at=None), review())
    assert pull_request(node(reviews=reviews), bots=()).data["reviews"] == [["2026-03-01T09:00:00Z", None, False, 2]]


@pytest.mark.parametrize(
    "author", [{"__typename": "Bot", "login": "renovate"}, {"__typename": "User", "login": "ci[bot]"}]
)
def test_a_bot_is_known_by_its_type_or_its_suffix(author):
    reviews = listing(review(author=author))
    assert pull_request(node(reviews=reviews), bots=()).data["reviews"][0][2]


def test_a_configured_bot_is_known_in_any_case():
    comment = {"createdAt": CREATED, "author": {"__typename": "User", "login": "Merge-Helper"}}
    record = pull_request(node(comments=listing(comment)), bots=("merge-helper",))
    assert record.data["comments"] == [[CREATED, "Merge-Helper", True]]


def test_an_incomplete_nested_listing_is_refused():
    with pytest.raises(ContractError, match="reviews is not complete"):
        pull_request(node(reviews=listing(more=True)), bots=())


def test_an_open_pull_request_has_no_end():
    record = pull_request(node(), bots=())
    assert (record.key, record.version, record.ends_at) == ("7", "2026-03-02T08:00:00Z", None)


def test_an_issue_that_once_had_a_wanted_label_is_kept():
    events = listing(
        event("LabeledEvent", "2026-03-02T00:00:00Z", "Bug"), event("UnlabeledEvent", "2026-03-03T00:00:00Z", "Bug")
    )
    assert issue(node(timelineItems=events), wanted=("bug",)) is not None


def test_an_issue_without_a_wanted_label_is_no_record():
    assert issue(node(labels={"nodes": [{"name": "question"}]}), wanted=("bug",)) is None


def test_a_payload_that_cannot_be_read_is_named_and_the_others_stay():
    records, rejections = read_each(
        "pull_requests",
        [node(createdAt="yesterday"), node(number=8)],
        lambda payload: pull_request(payload, bots=()),
        name="number",
    )
    assert [record.key for record in records] == ["8"]
    assert [(r.key, r.problem) for r in rejections] == [("7", "createdAt is 'yesterday', expected an ISO instant")]
