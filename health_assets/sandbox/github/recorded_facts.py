"""Recorded payloads -> facts. Instants keep their meaning whatever offset they carry."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from health_assets.model.time import parse_instant
from health_assets.sandbox.github.recorded_rows import Payload, Rows, optional, required
from health_assets.sandbox.github.recorded_runs import workflow_runs
from health_assets.sandbox.github.world import (
    Actor,
    Closure,
    Comment,
    Commit,
    Issue,
    Label,
    PullRequest,
    Repository,
    Review,
)

_ITEM = re.compile(r"/(?:issues|pulls)/(\d+)$")
_WEB = re.compile(r"^(https?://[^/]+/([^/]+/[^/]+))/")


def repository_of(full_name: str, rows: Rows) -> Repository:
    """The world that the payloads of one repository tell of. branches stays unknown."""
    merged_by = {row["merge_commit_sha"]: row.get("number") for _, row in rows.by_kind["pulls"] if _merged(row)}
    pulls = rows.read("pulls", _pull)
    issues = [issue for issue in rows.read("issues", _issue) if issue is not None]
    comments = _by_number(rows.read("issue_comments", _comment))
    reviews = _reviews(rows)
    commits = rows.read("commits", _commit)
    return Repository(
        full_name=full_name,
        default_branch=_default_branch(rows),
        pulls=tuple(
            replace(pull, comments=comments[pull.number], reviews=reviews[pull.number])
            for pull in _newest(pulls, key=lambda pull: pull.number)
        ),
        issues=tuple(
            replace(issue, comments=comments[issue.number]) for issue in _newest(issues, key=lambda issue: issue.number)
        ),
        commits=tuple(replace(commit, pull_request=merged_by.get(commit.sha)) for commit in commits),
        runs=tuple(workflow_runs(rows)),
        branches=None,
        web_url=_web_url(full_name, rows),
    )


def _actor(user: Payload | None) -> Actor | None:
    if not user or not user.get("login"):
        return None
    login = str(user["login"])
    return Actor(login, is_bot=user.get("type") == "Bot" or login.endswith("[bot]"))


def _merged(row: Payload) -> bool:
    return bool(row.get("merged_at") and row.get("merge_commit_sha"))


def _labels(row: Payload) -> tuple[Label, ...]:
    return tuple(Label(str(label["name"])) for label in row.get("labels") or () if label.get("name"))


def _pull(row: Payload) -> PullRequest:
    merged, closed, updated = optional(row, "merged_at"), optional(row, "closed_at"), optional(row, "updated_at")
    head, base = row.get("head") or {}, row.get("base") or {}
    return PullRequest(
        number=int(row["number"]),
        title=str(row.get("title") or ""),
        created_at=required(row, "created_at"),
        author=_actor(row.get("user")),
        base_ref=base.get("ref") or "main",
        head_ref=head.get("ref") or "",
        head_sha=head.get("sha") or "",
        merged_at=merged,
        closures=(Closure(closed),) if closed and not merged else (),
        labels=_labels(row),
        paths=None,
        additions=row.get("additions"),
        deletions=row.get("deletions"),
        is_draft=bool(row.get("draft")),
        touched=(updated,) if updated else (),
    )


def _issue(row: Payload) -> Issue | None:
    if row.get("pull_request"):
        return None
    closed, updated = optional(row, "closed_at"), optional(row, "updated_at")
    return Issue(
        number=int(row["number"]),
        title=str(row.get("title") or ""),
        created_at=required(row, "created_at"),
        author=_actor(row.get("user")),
        closures=(Closure(closed),) if closed else (),
        labels=_labels(row),
        touched=(updated,) if updated else (),
    )


def _number_in(address: str) -> int:
    found = _ITEM.search(address)
    if found is None:
        raise ValueError(f"no number in {address!r}")
    return int(found[1])


def _comment(row: Payload) -> tuple[int, Comment]:
    return _number_in(row["issue_url"]), Comment(required(row, "created_at"), _actor(row.get("user")))


def _by_number(pairs: Iterable[tuple[int, Any]]) -> dict[int, tuple[Any, ...]]:
    found: dict[int, tuple[Any, ...]] = defaultdict(tuple)
    for number, fact in pairs:
        found[number] += (fact,)
    return found


def _reviews(rows: Rows) -> dict[int, tuple[Review, ...]]:
    """Reviews by pull request. A comment counts in its review; without one it is a review of its own.

    So is a comment later than its review: what the review showed when it was submitted must not change afterwards.
    """
    recorded = {
        row_id: (number, review) for row_id, number, review in rows.read("pull_reviews", _review) if review is not None
    }
    counted: Counter[int] = Counter()
    alone: list[tuple[int, Review]] = []
    for review_id, number, review in rows.read("pull_review_comments", _review_comment):
        if review_id in recorded and review.at <= recorded[review_id][1].at:
            counted[review_id] += 1
        else:
            alone.append((number, review))
    whole = [(number, replace(review, comments=counted[name])) for name, (number, review) in recorded.items()]
    return _by_number(whole + alone)


def _review(row: Payload) -> tuple[int, int, Review | None]:
    submitted = optional(row, "submitted_at")
    state = str(row.get("state") or "COMMENTED")
    review = Review(submitted, _actor(row.get("user")), 0, state) if submitted else None
    return int(row["id"]), _number_in(row["pull_request_url"]), review


def _review_comment(row: Payload) -> tuple[int | None, int, Review]:
    review = Review(required(row, "created_at"), _actor(row.get("user")), 1)
    return row.get("pull_request_review_id"), _number_in(row["pull_request_url"]), review


def _commit(row: Payload) -> Commit:
    inner, author, stats = row["commit"], row.get("author"), row.get("stats") or {}
    written, known = inner.get("author") or {}, _actor(author)
    name = str(written.get("name") or "")
    return Commit(
        sha=str(row["sha"]),
        committed_at=parse_instant((inner.get("committer") or written)["date"]),
        subject=str(inner.get("message") or ""),
        author_login=known.login if known else None,
        author_name=written.get("name"),
        author_email=written.get("email"),
        author_is_bot=known.is_bot if known else name.endswith("[bot]"),
        additions=stats.get("additions"),
        deletions=stats.get("deletions"),
        paths=tuple(file["filename"] for file in row["files"]) if row.get("files") is not None else None,
        parents=len(row["parents"]) if row.get("parents") is not None else 1,
    )


def _newest(items: Iterable[Any], *, key: Callable[[Any], int]) -> Iterable[Any]:
    """One item a key: of several readings the one that was touched last."""
    newest: dict[int, Any] = {}
    for item in items:
        kept = newest.get(key(item))
        if kept is None or max(item.touched, default=item.created_at) >= max(kept.touched, default=kept.created_at):
            newest[key(item)] = item
    return newest.values()


def _default_branch(rows: Rows) -> str:
    bases = [row.get("base") or {} for _, row in rows.by_kind["pulls"]]
    holders = [*(base.get("repo") or {} for base in bases), *(row.get("repository") or {} for row in rows.payloads())]
    named = Counter(holder["default_branch"] for holder in holders if holder.get("default_branch"))
    pushed = [row.get("head_branch") for _, row in rows.by_kind["workflow_runs"] if row.get("event") == "push"]
    likely = Counter(ref for ref in (*(base.get("ref") for base in bases), *pushed) if ref)
    best = named.most_common(1) or likely.most_common(1)
    return str(best[0][0]) if best else "main"


def _web_url(full_name: str, rows: Rows) -> str | None:
    found = (_WEB.match(str(row.get("html_url") or "")) for row in rows.payloads())
    return next((match[1] for match in found if match and match[2] == full_name), None)
