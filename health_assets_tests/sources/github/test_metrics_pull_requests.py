"""Pull requests as of T."""

from datetime import timedelta

import pytest

from health_assets.model.reason import Reason
from health_assets.model.time import iso
from health_assets_tests.sources.github.frames import T, ago, measured, pull_request, settings, value, view

SECOND = timedelta(seconds=1)


def merged(number: int = 1, **changes):
    return pull_request(number, ago(days=2), merged_at=ago(days=1)) | changes


def test_a_pull_request_closed_after_t_was_open_at_t() -> None:
    closed_later = pull_request(1, ago(days=3), closed=T + SECOND)
    merged_later = pull_request(2, ago(days=3), merged_at=T + SECOND)
    assert 2 == value("github.prs.open", view(pull_requests=[closed_later, merged_later]))


def test_a_pull_request_closed_at_t_is_closed_at_t() -> None:
    assert 0 == value("github.prs.open", view(pull_requests=[pull_request(1, ago(days=3), closed=T)]))


def test_a_pull_request_created_at_t_is_open_and_one_created_later_is_not_there_yet() -> None:
    rows = [pull_request(1, T), pull_request(2, T + SECOND)]
    assert 1 == value("github.prs.open", view(pull_requests=rows))


def test_a_reopened_pull_request_is_open_again() -> None:
    closures = [[iso(ago(days=4)), iso(ago(days=2))]]
    seen = view(pull_requests=[pull_request(1, ago(days=5), closures=closures)])
    assert 1 == value("github.prs.open", seen)
    assert 0 == value("github.prs.closed_without_merge_7d", seen)


def test_a_pull_request_reopened_after_t_was_closed_at_t() -> None:
    closures = [[iso(ago(days=4)), iso(T + SECOND)]]
    seen = view(pull_requests=[pull_request(1, ago(days=5), closures=closures)])
    assert 0 == value("github.prs.open", seen)
    assert 1 == value("github.prs.closed_without_merge_7d", seen)


def test_a_second_closing_counts_at_its_own_time() -> None:
    closures = [[iso(ago(days=20)), iso(ago(days=10))], [iso(ago(days=1)), None]]
    seen = view(pull_requests=[pull_request(1, ago(days=30), closures=closures)])
    assert 1 == value("github.prs.closed_without_merge_7d", seen)


def test_a_merge_is_no_closing_without_merge_although_github_closes_a_second_later() -> None:
    row = pull_request(1, ago(days=2), merged_at=ago(days=1), closed=ago(days=1) + SECOND)
    seen = view(pull_requests=[row])
    assert 0 == value("github.prs.closed_without_merge_7d", seen)
    assert 0 == value("github.prs.open", view(at=ago(days=1), pull_requests=[row]))


def test_the_week_excludes_its_first_instant_and_includes_its_last() -> None:
    rows = [
        pull_request(1, ago(days=9), merged_at=ago(days=7)),
        pull_request(2, ago(days=9), merged_at=ago(days=7) + SECOND),
        pull_request(3, ago(days=9), merged_at=T),
        pull_request(4, ago(days=9), merged_at=T + SECOND),
    ]
    assert 2 == value("github.prs.merged_7d", view(pull_requests=rows))


def test_a_pull_request_is_stale_from_its_fourteenth_day_and_the_oldest_is_shown_first() -> None:
    rows = [pull_request(1, ago(days=14)), pull_request(2, ago(days=41, hours=3)), pull_request(3, ago(days=13))]
    found = measured("github.prs.stale_count_14d", view(pull_requests=rows))
    assert 2 == found.value
    assert 3 == found.samples
    assert ["#2 change 2", "#1 change 1"] == [piece.label for piece in found.evidence]
    assert "open for 41 days" == found.evidence[0].note


def test_the_cycle_time_is_the_linear_ninetieth_percentile() -> None:
    rows = [pull_request(n, ago(hours=n + 1), merged_at=ago(hours=1)) for n in (10, 20)]
    assert 19 == pytest.approx(value("github.prs.cycle_time_hours", view(pull_requests=rows)))
    assert 15 == pytest.approx(value("github.prs.avg_time_to_merge_hours", view(pull_requests=rows)))


def test_closings_that_could_not_be_read_are_missing_and_not_open() -> None:
    rows = [pull_request(1, ago(days=20), closures=None), pull_request(2, ago(days=20))]
    for name in ("github.prs.open", "github.prs.stale_count_14d", "github.prs.closed_without_merge_7d"):
        found = measured(name, view(pull_requests=rows))
        assert (None, Reason.TRUNCATED) == (found.value, found.reason)
        assert "1 of 2 pull requests" in found.detail


def test_a_long_title_is_cut_and_many_records_are_counted() -> None:
    rows = [pull_request(n, ago(days=n), title="x" * 200) for n in range(1, 13)]
    found = measured("github.prs.open", view(pull_requests=rows))
    assert (12, 12, 10) == (found.value, found.evidence_total, len(found.evidence))
    assert "#12 " + "x" * 80 == found.evidence[0].label


def test_only_a_review_by_another_person_up_to_t_makes_a_reviewed_pull_request() -> None:
    reviews = {
        1: [[iso(ago(days=1)), "grace", False, 0]],
        2: [[iso(ago(days=1)), "ada", False, 3]],
        3: [[iso(ago(days=1)), "checker", True, 1]],
        4: [[iso(ago(days=1)), "scanner[bot]", None, 1]],
        5: [[iso(ago(days=1)), "helper", False, 1]],
        6: [[iso(T + SECOND), "grace", False, 1]],
        7: [[None, "grace", False, 1]],
        8: [[iso(ago(days=1)), None, False, 0]],
    }
    rows = [merged(number, reviews=found) for number, found in reviews.items()]
    found = measured("github.prs.with_review_comments_pct", view(pull_requests=rows))
    assert 25 == found.value
    assert (8, 6) == (found.samples, found.evidence_total)


def test_conversation_comments_make_no_review() -> None:
    row = merged(comments=[[iso(ago(days=1)), "grace", False]])
    assert 0 == value("github.prs.with_review_comments_pct", view(pull_requests=[row]))


def test_the_first_review_is_the_earliest_by_somebody_else() -> None:
    reviews = [
        [iso(ago(hours=47)), "ada", False, 0],
        [iso(ago(hours=40)), "grace", False, 0],
        [iso(ago(hours=44)), "alan", False, 0],
        [iso(ago(hours=48)), "checker", True, 0],
    ]
    rows = [merged(1, reviews=reviews), merged(2, reviews=[[iso(ago(hours=38)), "grace", False, 0]]), merged(3)]
    found = measured("github.prs.time_to_first_review_hours", view(pull_requests=rows))
    assert 7 == pytest.approx(found.value)
    assert 2 == found.samples


def test_without_a_reviewed_pull_request_the_time_to_review_has_no_data() -> None:
    assert Reason.NO_DATA == measured("github.prs.time_to_first_review_hours", view(pull_requests=[merged()])).reason


def test_comments_are_those_of_conversation_and_reviews_up_to_t_also_by_bots() -> None:
    row = merged(
        1,
        comments=[[iso(ago(days=1)), "checker", True], [iso(T + SECOND), "grace", False]],
        reviews=[[iso(ago(days=1)), "grace", False, 4], [iso(T + SECOND), "grace", False, 8]],
    )
    assert 2.5 == value("github.prs.avg_comments_per_pr", view(pull_requests=[row, merged(2)]))


@pytest.mark.parametrize("column", ["reviews", "comments"])
def test_comments_that_could_not_be_read_are_missing_and_not_zero(column: str) -> None:
    found = measured("github.prs.avg_comments_per_pr", view(pull_requests=[merged(1) | {column: None}, merged(2)]))
    assert (None, Reason.TRUNCATED) == (found.value, found.reason)


def test_reviews_that_could_not_be_read_are_missing_and_not_absent() -> None:
    seen = view(pull_requests=[merged(1, reviews=None)])
    for name in ("github.prs.with_review_comments_pct", "github.prs.time_to_first_review_hours"):
        assert Reason.TRUNCATED == measured(name, seen).reason


def test_configured_bots_are_matched_in_any_case() -> None:
    row = merged(reviews=[[iso(ago(days=1)), "Helper", False, 0]])
    seen = view(pull_requests=[row], configured=settings(bots=["hELPER"]))
    assert 0 == value("github.prs.with_review_comments_pct", seen)
