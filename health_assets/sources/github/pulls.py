"""Pull requests and issues: GraphQL nodes -> records, their dated events as spans."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from health_assets.model.errors import ContractError
from health_assets.model.record import Record
from health_assets.model.time import iso
from health_assets.sources.fields import Payload, instant, optional, optional_instant, required
from health_assets.sources.github.answers import nodes
from health_assets.sources.github.records import CHANGED_FILES, ISSUES, PULL_REQUESTS

Spans = list[list[str | None]]


def pull_request(node: Payload, *, bots: Collection[str]) -> Record:
    """The record of a PullRequest node. Reviews that are not submitted do not exist yet. Raises ContractError."""
    created, closed = instant(node, "createdAt"), optional_instant(node, "closedAt")
    updated = instant(node, "updatedAt")
    events = _events(node)
    author, _ = actor(node, bots=bots)
    number = required(node, "number", int)
    return Record(
        kind=PULL_REQUESTS.name,
        key=str(number),
        version=iso(updated),
        starts_at=created,
        ends_at=closed,
        data={
            "number": number,
            "node_id": required(node, "id", str),
            "title": required(node, "title", str),
            "url": required(node, "url", str),
            "author": author,
            "created_at": created,
            "updated_at": updated,
            "closed_at": closed,
            "merged_at": optional_instant(node, "mergedAt"),
            "base_ref": required(node, "baseRefName", str),
            "closures": closures(events, closed_at=closed),
            "labels": label_spans(events, carried=_labels(node), created_at=created),
            "reviews": [
                [
                    iso(submitted),
                    *actor(review, bots=bots),
                    required(required(review, "comments", dict), "totalCount", int),
                ]
                for review in nodes(node, "reviews")
                if (submitted := optional_instant(review, "submittedAt")) is not None
                and required(review, "state", str) != "PENDING"
            ],
            "comments": [
                [iso(instant(comment, "createdAt")), *actor(comment, bots=bots)] for comment in nodes(node, "comments")
            ],
        },
    )


def issue(node: Payload, *, wanted: Collection[str]) -> Record | None:
    """The record of an Issue node that carries or carried one of the labels `wanted` (any case), else None."""
    created, closed = instant(node, "createdAt"), optional_instant(node, "closedAt")
    updated = instant(node, "updatedAt")
    events = _events(node)
    labels = label_spans(events, carried=_labels(node), created_at=created)
    if {str(label).casefold() for label, _, _ in labels}.isdisjoint(label.casefold() for label in wanted):
        return None
    number = required(node, "number", int)
    return Record(
        kind=ISSUES.name,
        key=str(number),
        version=iso(updated),
        starts_at=created,
        ends_at=closed,
        data={
            "number": number,
            "title": required(node, "title", str),
            "url": required(node, "url", str),
            "created_at": created,
            "updated_at": updated,
            "closed_at": closed,
            "closures": closures(events, closed_at=closed),
            "labels": labels,
        },
    )


def changed_files(origin: str, *, changed_at: datetime, paths: list[str] | None) -> Record:
    """Paths changed by `origin`; paths None = GitHub does not list them all."""
    return Record(
        kind=CHANGED_FILES.name,
        key=origin,
        version="1" if paths is not None else "0",
        starts_at=changed_at,
        ends_at=changed_at,
        data={"origin": origin, "changed_at": changed_at, "paths": paths},
    )


def closures(events: Iterable[Payload], *, closed_at: datetime | None) -> Spans | None:
    """[closed, reopened or None] spans, oldest first; None where the events contradict the present state."""
    spans: Spans = []
    for event in events:
        is_closed = bool(spans) and spans[-1][1] is None
        at = iso(instant(event, "createdAt"))
        if event.get("__typename") == "ClosedEvent" and not is_closed:
            spans.append([at, None])
        elif event.get("__typename") == "ReopenedEvent" and is_closed:
            spans[-1][1] = at
    is_closed = bool(spans) and spans[-1][1] is None
    if closed_at is None:
        return None if is_closed else spans
    return spans if is_closed else [*spans, [iso(closed_at), None]]


def label_spans(events: Iterable[Payload], *, carried: Collection[str], created_at: datetime) -> Spans:
    """[label, from, until or None] spans in the order of the events.

    A label carried now without an event that put it there (an import, a renamed label) counts from the creation on.
    """
    spans: Spans = []
    for event in events:
        if event.get("__typename") not in {"LabeledEvent", "UnlabeledEvent"}:
            continue
        name, at = required(required(event, "label", dict), "name", str), iso(instant(event, "createdAt"))
        standing = next((span for span in spans if span[0] == name and span[2] is None), None)
        if event["__typename"] == "LabeledEvent" and standing is None:
            spans.append([name, at, None])
        elif event["__typename"] == "UnlabeledEvent" and standing is not None:
            standing[2] = at
        elif event["__typename"] == "UnlabeledEvent":
            spans.append([name, iso(created_at), at])
    standing_names = {span[0] for span in spans if span[2] is None}
    return spans + [[name, iso(created_at), None] for name in sorted(set(carried) - standing_names)]


def actor(node: Payload, *, bots: Collection[str]) -> tuple[str | None, bool]:
    """Login of the node's author and whether it is a bot; (None, False) for a deleted account."""
    author = optional(node, "author", dict)
    if author is None:
        return None, False
    login = required(author, "login", str)
    return login, author.get("__typename") == "Bot" or is_bot_name(login, bots=bots)


def is_bot_name(name: str | None, *, bots: Collection[str]) -> bool:
    """True for a name ending in [bot] or one of the configured `bots`, in any case."""
    lower = (name or "").casefold()
    return lower.endswith("[bot]") or lower in {bot.casefold() for bot in bots}


def _events(node: Payload) -> list[Payload]:
    return sorted(nodes(node, "timelineItems"), key=lambda event: instant(event, "createdAt"))


def _labels(node: Payload) -> list[str]:
    labels: Any = (optional(node, "labels", dict) or {}).get("nodes") or []
    try:
        return [required(label, "name", str) for label in labels]
    except AttributeError:
        raise ContractError("labels are not objects") from None
