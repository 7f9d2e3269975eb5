"""Brings dashboards and monitors in Datadog to what they should be, and touches nobody else's.

Dashboards are found by the id that was remembered, else by their title and our mark; monitors by our tags. What is as
it should be is not sent. What Datadog answers is compared with what was sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from health_assets.datadog.dashboards.frame import mark
from health_assets.datadog.monitors import NAME_KEY

Body = Mapping[str, Any]
#: Datadog returns the one for the other.
SAME_TYPES = frozenset({"metric alert", "query alert"})


class Action(StrEnum):
    """What was, or would be, done."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True)
class Applied:
    """One dashboard or monitor. differs: what was not as wanted before; not_kept: what Datadog did not take over."""

    name: str
    action: Action
    id: str
    url: str = ""
    differs: tuple[str, ...] = ()
    not_kept: tuple[str, ...] = ()


class Api(Protocol):
    """What is needed of the client; every method raises PublishError."""

    def dashboard(self, id: str) -> Body | None:
        """The dashboard, or None when there is none of this id."""
        ...

    def dashboards(self) -> Iterator[Body]:
        """Id, title and description of every dashboard."""
        ...

    def create_dashboard(self, body: Body) -> Body:
        """The dashboard as created."""
        ...

    def update_dashboard(self, id: str, body: Body) -> Body:
        """The dashboard as updated."""
        ...

    def monitors(self, *, env: str) -> Sequence[Body]:
        """Every monitor with our tags."""
        ...

    def validate_monitor(self, body: Body) -> None:
        """Raises PublishError with Datadog's words where it would refuse the monitor."""
        ...

    def create_monitor(self, body: Body) -> Body:
        """The monitor as created."""
        ...

    def update_monitor(self, id: str, body: Body) -> Body:
        """The monitor as updated."""
        ...

    def delete_monitor(self, id: str) -> None:
        """Deletes it; one that is gone already is no error."""
        ...


def apply_dashboard(
    api: Api, name: str, body: Body, *, env: str, known_id: str | None, dry_run: bool = False
) -> Applied:
    """Creates or updates one dashboard; the id to remember is in the result, empty where a dry run would create it."""
    found = api.dashboard(known_id) if known_id else None
    if found is None:
        found = _ours(api, name, body, env=env)
    if found is None:
        made: Body = {} if dry_run else api.create_dashboard(body)
        return _result(name, Action.CREATED, made, sent=body, differs=(), dry_run=dry_run)
    differs = tuple(differences(body, found))
    if not differs:
        return _result(name, Action.UNCHANGED, found, sent=body, differs=(), dry_run=dry_run)
    updated = found if dry_run else {**api.update_dashboard(str(found["id"]), body), "id": found["id"]}
    return _result(name, Action.UPDATED, updated, sent=body, differs=differs, dry_run=dry_run)


def apply_monitors(api: Api, bodies: Mapping[str, Body], *, env: str, dry_run: bool = False) -> Iterator[Applied]:
    """Creates, updates and removes monitors, by name; every body is validated by Datadog before anything is sent."""
    held: dict[str, Body] = {}
    twice: list[Body] = []
    for monitor in sorted(api.monitors(env=env), key=lambda one: int(one["id"])):
        name = _name(monitor)
        if name in held or name not in bodies:
            twice.append(monitor)
        else:
            held[name] = monitor
    changed = {name: tuple(differences(body, held[name])) for name, body in bodies.items() if name in held}
    for name, body in bodies.items():
        if changed.get(name, ("new",)):
            api.validate_monitor(body)
    for name, body in bodies.items():
        if name not in held:
            made: Body = {} if dry_run else api.create_monitor(body)
            yield _result(name, Action.CREATED, made, sent=body, differs=(), dry_run=dry_run)
        elif changed[name]:
            updated = held[name] if dry_run else api.update_monitor(str(held[name]["id"]), body)
            yield _result(name, Action.UPDATED, updated, sent=body, differs=changed[name], dry_run=dry_run)
        else:
            yield _result(name, Action.UNCHANGED, held[name], sent=body, differs=(), dry_run=dry_run)
    for monitor in twice:
        if not dry_run:
            api.delete_monitor(str(monitor["id"]))
        yield Applied(name=_name(monitor), action=Action.REMOVED, id=str(monitor["id"]))


def differences(wanted: Any, found: Any, *, at: str = "") -> Iterator[str]:
    """Paths at which `found` is not what was wanted; what was not asked for (ids, dates, defaults) is not looked at."""
    if isinstance(wanted, Mapping):
        for key, value in wanted.items():
            path = f"{at}.{key}" if at else key
            theirs = found.get(key) if isinstance(found, Mapping) else None
            if key == "type" and {value, theirs} <= SAME_TYPES:
                continue
            # the order of tags is Datadog's
            ordered = (sorted(value), sorted(theirs)) if key == "tags" and theirs else (value, theirs)
            yield from differences(*ordered, at=path)
    elif isinstance(wanted, list):
        theirs = found if isinstance(found, list) else []
        if len(wanted) != len(theirs):
            yield f"{at}: {len(theirs)} instead of {len(wanted)}"
            return
        for index, (one, other) in enumerate(zip(wanted, theirs, strict=True)):
            yield from differences(one, other, at=f"{at}[{index}]")
    elif wanted != found:
        yield at


def _ours(api: Api, name: str, body: Body, *, env: str) -> Body | None:
    """The dashboard with this title and our mark, in full; another one of the same title is not ours."""
    for listed in api.dashboards():
        if listed.get("title") == body["title"] and mark(name, env=env) in str(listed.get("description")):
            return api.dashboard(str(listed["id"]))
    return None


def _name(monitor: Body) -> str:
    prefix = f"{NAME_KEY}:"
    return next((str(tag)[len(prefix) :] for tag in monitor.get("tags") or () if str(tag).startswith(prefix)), "")


def _result(name: str, action: Action, answer: Body, *, sent: Body, differs: tuple[str, ...], dry_run: bool) -> Applied:
    compared = action in (Action.CREATED, Action.UPDATED) and not dry_run
    return Applied(
        name=name,
        action=action,
        id=str(answer.get("id", "")),
        url=str(answer.get("url") or ""),
        differs=differs,
        not_kept=tuple(differences(sent, answer)) if compared else (),
    )
