"""Commits, their code and their authors as of T."""

from datetime import timedelta

import pytest

from health_assets.model.reason import Reason
from health_assets.model.time import iso
from health_assets.sources.github.metrics.commits import is_hotfix, is_revert
from health_assets_tests.sources.github.frames import T, ago, commit, measured, pull_request, settings, value, view

SECOND = timedelta(seconds=1)
YESTERDAY = ago(days=1)
FORCED = "github.commits.force_merge_7d"


@pytest.mark.parametrize(
    "subject",
    ["hotfix: pin it", "Apply HOTFIX", "a hot-fix for login", "Hot fix the build", "hotfix/login", 'Revert "hotfix"'],
)
def test_the_word_hotfix_makes_a_hotfix(subject: str) -> None:
    assert is_hotfix(subject)


@pytest.mark.parametrize("subject", ["Add hotfixture", "shot fix", "hotfixes page", "fix the hot path", ""])
def test_a_longer_word_makes_no_hotfix(subject: str) -> None:
    assert not is_hotfix(subject)


@pytest.mark.parametrize(
    "subject",
    [
        'Revert "Add a thing" (#12)',
        'revert "add a thing"',
        "revert: add a thing",
        "Revert: add a thing",
        "revert(core): add a thing",
        'Revert "Revert "Add a thing""',
    ],
)
def test_a_subject_that_reverts_is_a_revert(subject: str) -> None:
    assert is_revert(subject)


@pytest.mark.parametrize(
    "subject",
    ['Reapply "Add a thing"', "fix: revert the button", "Do not revert", "Reverted lists", "Revert button", ""],
)
def test_a_mention_is_no_revert(subject: str) -> None:
    assert not is_revert(subject)


def test_commits_are_counted_by_committer_date_in_the_week() -> None:
    rows = [commit("a", ago(days=7)), commit("b", ago(days=7) + SECOND), commit("c", T), commit("d", T + SECOND)]
    found = measured("github.commits.total_7d", view(commits=rows))
    assert 2 == found.value
    assert ["c Change c", "b Change b"] == [piece.label for piece in found.evidence]


def test_reverts_show_the_reverting_commits() -> None:
    rows = [commit("a", YESTERDAY, subject='Revert "b"'), commit("b", YESTERDAY, subject="Explain how to revert")]
    found = measured("github.commits.reverts", view(commits=rows))
    assert (1, 2, 'a Revert "b"') == (found.value, found.samples, found.evidence[0].label)


def test_a_commit_is_a_hotfix_by_its_subject_or_by_a_label_its_pull_request_carries_at_t() -> None:
    since = iso(YESTERDAY)
    rows = [
        commit("a", YESTERDAY, subject="hotfix"),
        commit("b", YESTERDAY, pull_request=1),
        commit("c", YESTERDAY, pull_request=2),
        commit("d", YESTERDAY, pull_request=3),
        commit("e", YESTERDAY),
    ]
    pull_requests = [
        pull_request(1, ago(days=2), labels=[["HotFix", since, None]]),
        pull_request(2, ago(days=2), labels=[["hotfix", since, iso(T)]]),
        pull_request(3, ago(days=2), labels=[["hotfix", iso(T + SECOND), None]]),
    ]
    found = measured("github.commits.hotfix", view(commits=rows, pull_requests=pull_requests))
    assert 2 == found.value
    assert ["label of #1", "subject"] == [piece.note for piece in found.evidence]


def test_a_commit_whose_pull_request_is_unknown_may_be_a_hotfix() -> None:
    rows = [commit("a", YESTERDAY, pull_request=1), commit("b", YESTERDAY, pull_request=2)]
    seen = view(commits=rows, pull_requests=[pull_request(2, ago(days=2), labels=None)])
    found = measured("github.commits.hotfix", seen)
    assert (None, Reason.TRUNCATED) == (found.value, found.reason)
    assert "2 of 2" in found.detail


def test_without_hotfix_labels_the_subject_decides() -> None:
    seen = view(commits=[commit("a", YESTERDAY, pull_request=1)], configured=settings(hotfix_labels=[]))
    assert 0 == value("github.commits.hotfix", seen)


def test_an_unknown_subject_is_missing_and_not_innocent() -> None:
    seen = view(commits=[commit("a", YESTERDAY, subject=None)])
    for name in ("github.commits.hotfix", "github.commits.reverts"):
        assert Reason.TRUNCATED == measured(name, seen).reason


def forced_view(**states: str | None):
    """Pull requests 1, 2, ... merged into main yesterday; a merge check for each state given."""
    pull_requests = [pull_request(n, ago(days=2), merged_at=YESTERDAY) for n in range(1, len(states) + 1)]
    checks = [
        {"number": n, "merged_at": YESTERDAY, "state": state, "unsuccessful": ["lint"]}
        for n, state in enumerate(states.values(), start=1)
    ]
    return pull_requests, checks


def test_a_merge_over_failing_or_pending_checks_is_forced_and_one_without_checks_is_not() -> None:
    pull_requests, checks = forced_view(a="failure", b="pending", c="success", d="none")
    found = measured(FORCED, view(pull_requests=pull_requests, merge_checks=checks))
    assert (2, 4) == (found.value, found.samples)
    assert {"checks failure when merged: lint", "checks pending when merged: lint"} == {
        piece.note for piece in found.evidence
    }


def test_a_force_merge_label_at_t_is_enough() -> None:
    pull_requests, checks = forced_view(a="success", b="success", c=None)
    pull_requests[0]["labels"] = [["Force-Merge", iso(YESTERDAY), None]]
    pull_requests[1]["labels"] = [["force-merge", iso(T + SECOND), None]]
    pull_requests[2]["labels"] = [["force-merge", iso(YESTERDAY), None]]
    assert 2 == value(FORCED, view(pull_requests=pull_requests, merge_checks=checks))


def test_a_merge_whose_checks_are_unknown_is_missing_and_not_innocent() -> None:
    pull_requests, checks = forced_view(a="failure", b=None, c="success", d="something new")
    found = measured(FORCED, view(pull_requests=pull_requests, merge_checks=checks[:2] + checks[3:]))
    assert (None, Reason.TRUNCATED) == (found.value, found.reason)
    assert "3 of 4" in found.detail


def test_a_merge_into_another_branch_is_not_forced() -> None:
    pull_requests, checks = forced_view(a="success")
    stacked = pull_request(9, ago(days=2), merged_at=YESTERDAY, base_ref="feature")
    assert 0 == value(FORCED, view(pull_requests=[*pull_requests, stacked], merge_checks=checks))


def test_merges_without_any_merge_check_may_have_gone_into_the_default_branch() -> None:
    pull_requests, _ = forced_view(a="success")
    assert Reason.TRUNCATED == measured(FORCED, view(pull_requests=pull_requests)).reason


def test_lines_are_summed_over_the_week() -> None:
    rows = [commit("a", YESTERDAY, additions=10, deletions=3), commit("b", T + SECOND, additions=None)]
    seen = view(commits=[*rows, commit("c", YESTERDAY, additions=5, deletions=0)])
    assert 15 == value("github.code.lines_added_7d", seen)
    assert 3 == value("github.code.lines_deleted_7d", seen)


def test_unknown_line_counts_make_no_smaller_sum() -> None:
    seen = view(commits=[commit("a", YESTERDAY, additions=10), commit("b", YESTERDAY, additions=None)])
    found = measured("github.code.lines_added_7d", seen)
    assert (None, Reason.TRUNCATED) == (found.value, found.reason)
    assert "1 of 2" in found.detail
    assert 2 == value("github.code.lines_deleted_7d", seen)


def test_files_are_distinct_paths_of_pull_requests_and_direct_commits() -> None:
    rows = [commit("a", YESTERDAY, pull_request=7), commit("b", YESTERDAY, pull_request=7), commit("c", YESTERDAY)]
    changes = [
        {"origin": "#7", "paths": ["x.py", "y.py"]},
        {"origin": "c", "paths": ["y.py", "z.py"]},
        {"origin": "#8", "paths": ["other.py"]},
    ]
    assert 3 == value("github.code.files_changed_7d", view(commits=rows, changed_files=changes))


def test_a_commit_without_known_paths_makes_no_smaller_number_of_files() -> None:
    rows = [commit("a", YESTERDAY, pull_request=7), commit("b", YESTERDAY)]
    changes = [{"origin": "#7", "paths": ["x.py"]}, {"origin": "b", "paths": None}]
    found = measured("github.code.files_changed_7d", view(commits=rows, changed_files=changes))
    assert (None, Reason.TRUNCATED) == (found.value, found.reason)
    assert "1 of 2" in found.detail


def test_bots_are_not_developers() -> None:
    rows = [
        commit("a", YESTERDAY, author="ada"),
        commit("b", YESTERDAY, author="Ada"),
        commit("c", YESTERDAY, author="grace", author_is_bot=None),
        commit("d", YESTERDAY, author="updater", author_is_bot=True),
        commit("e", YESTERDAY, author="renewer[bot]"),
        commit("f", YESTERDAY, author="helper"),
        commit("g", YESTERDAY, author=None, author_is_bot=True),
    ]
    seen = view(commits=rows)
    assert 2 == value("github.developers.active_7d", seen)
    assert 3.5 == value("github.commits.per_developer_7d", seen)


def test_evidence_for_developers_shows_commits_and_no_addresses() -> None:
    rows = [commit("a", YESTERDAY, author="ada@example.invalid"), commit("b", T, author="ada@example.invalid")]
    found = measured("github.developers.active_7d", view(commits=rows))
    assert ("b Change b", "newest of 2 commits by its author") == (found.evidence[0].label, found.evidence[0].note)


def test_commits_per_developer_have_no_data_when_only_bots_worked() -> None:
    seen = view(commits=[commit("a", YESTERDAY, author_is_bot=True)])
    assert 0 == value("github.developers.active_7d", seen)
    assert Reason.NO_DATA == measured("github.commits.per_developer_7d", seen).reason


def test_an_unknown_author_is_missing_and_not_nobody() -> None:
    seen = view(commits=[commit("a", YESTERDAY, author=None), commit("b", YESTERDAY)])
    for name in ("github.developers.active_7d", "github.commits.per_developer_7d"):
        assert Reason.TRUNCATED == measured(name, seen).reason
