"""Commits of the default branch: GraphQL nodes and REST files -> records."""

from collections.abc import Collection

from health_assets.model.record import Record
from health_assets.model.time import iso
from health_assets.sources.fields import Payload, instant, optional, optional_instant, required
from health_assets.sources.github.pulls import is_bot_name
from health_assets.sources.github.records import COMMITS


def commit(node: Payload, *, bots: Collection[str]) -> Record:
    """The record of a Commit node; additions and deletions are None where GitHub could not count them.

    The subject is the message's first line: messageHeadline is cut at 72 characters. Raises ContractError.
    """
    sha, committed = required(node, "oid", str), instant(node, "committedDate")
    author, is_bot = _author(optional(node, "author", dict) or {}, bots=bots)
    additions, deletions = optional(node, "additions", int), optional(node, "deletions", int)
    pull = merged_pull(node)
    return Record(
        kind=COMMITS.name,
        key=sha,
        version=f"{int(additions is not None)}/{iso(committed)}",
        starts_at=committed,
        ends_at=committed,
        data={
            "sha": sha,
            "url": required(node, "url", str),
            "committed_at": committed,
            "subject": required(node, "message", str).partition("\n")[0].strip(),
            "author": author,
            "author_is_bot": is_bot,
            "additions": additions,
            "deletions": deletions,
            "pull_request": None if pull is None else required(pull, "number", int),
        },
    )


def merged_pull(node: Payload) -> Payload | None:
    """The merged pull request that brought the commit; None for a direct push."""
    found = (optional(node, "associatedPullRequests", dict) or {}).get("nodes") or []
    merged = [pull for pull in found if pull is not None and optional_instant(pull, "mergedAt") is not None]
    return merged[0] if merged else None


def _author(author: Payload, *, bots: Collection[str]) -> tuple[str | None, bool]:
    user = optional(author, "user", dict)
    login = None if user is None else required(user, "login", str)
    name, email = optional(author, "name", str), optional(author, "email", str)
    is_bot = user is not None and user.get("__typename") == "Bot"
    return login or email or name, is_bot or any(is_bot_name(text, bots=bots) for text in (login, name, email))
