"""Complete listings through the client: pages, nested listings, nodes by id, workflow runs beyond 1,000.

What cannot be read completely is said so; no listing ends early in silence.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from health_assets.model.errors import Cause, ContractError, SourceError
from health_assets.model.time import iso
from health_assets.sources.fields import instant
from health_assets.sources.github.answers import HINTS
from health_assets.sources.github.client import Client, Variables
from health_assets.sources.github.queries import REST, TICK
from health_assets.sources.planning import Window

PAGE_SIZE = 50
SMALLEST_PAGE = 10
RUNS_PAGE = 100
#: GitHub shows at most this many results of a filtered listing of runs, whatever total_count says.
FILTERED_LIMIT = 1000

Node = dict[str, Any]


@dataclass(kw_only=True)
class Listing:
    """One listing of the tick query: its place in the answer and what it brought; `total` is what GitHub says at first.

    enough: true for a node behind which nothing is wanted, itself included.
    """

    flag: str
    path: tuple[str, ...]
    wanted: bool
    enough: Callable[[Node], bool] = lambda _: False
    nodes: list[Node] = field(default_factory=list)
    seen: int = 0
    total: int | None = None
    cursor: str | None = None

    def take(self, connection: Node | None) -> None:
        """Adds a page; stops wanting more at the last one, or at a node that is `enough`.

        Raises SourceError when the listing ends before its total, or does not go on although it says so.
        """
        if connection is None:
            raise SourceError(f"the listing {self.flag} is missing from the answer", cause=Cause.INCOMPLETE)
        page = [node for node in connection["nodes"] if node is not None]
        wanted = [node for node in page if not self.enough(node)]
        self.nodes += wanted
        self.seen += len(connection["nodes"])
        self.total = int(connection["totalCount"]) if self.total is None else self.total
        info = connection["pageInfo"]
        going_on = bool(info["hasNextPage"])
        self.wanted = going_on and len(wanted) == len(page)
        stuck = self.wanted and (not connection["nodes"] or info["endCursor"] in {None, self.cursor})
        if stuck or (not going_on and self.seen < self.total):
            raise SourceError(
                f"POST /graphql: the listing {self.flag} came short, {self.seen} of {self.total}",
                cause=Cause.INCOMPLETE,
                hint=HINTS[Cause.INCOMPLETE],
            )
        self.cursor = info["endCursor"]


def read_tick(client: Client, variables: Variables, listings: Collection[Listing]) -> Node:
    """Reads all listings side by side and returns the last answer's `repository`. Raises SourceError.

    Commits whose lines GitHub cannot count come as null; that page is read again without lines for just those.
    """
    size = PAGE_SIZE
    while True:
        asked = dict(variables) | {"size": size, "stats": True}
        for listing in listings:
            asked |= {listing.flag: listing.wanted, f"{listing.flag}After": listing.cursor}
        answer = client.graphql(TICK, asked, smaller=_smaller_page)
        size = answer.variables["size"]
        repository = _repository(client, answer.data)
        if answer.stats_missing:
            again = client.graphql(TICK, _only_commits(answer.variables), smaller=None)
            _fill_commits(repository, _repository(client, again.data))
        for listing in listings:
            if listing.wanted and repository.get(listing.path[0], ...) is None and len(listing.path) > 1:
                # an empty repository has no default branch, hence no commits
                listing.wanted = False
            elif listing.wanted:
                listing.take(_at(repository, listing.path))
        if not any(listing.wanted for listing in listings):
            return repository


def complete(client: Client, kind: str, node: Node, connection: str, *, rest: str | None = None) -> None:
    """Reads the remaining pages of a node's nested listing into it. Raises SourceError."""
    listing = node.get(connection)
    while listing is not None and listing["pageInfo"]["hasNextPage"]:
        variables = {"ids": [node["id"]], "after": listing["pageInfo"]["endCursor"]}
        found = (client.graphql(REST[(kind, rest or connection)], variables).data.get("nodes") or [None])[0]
        more = None if found is None else found.get(connection)
        # the page before said that there is more, so that an empty one is as wrong as none
        if more is None or not more["nodes"]:
            raise SourceError(
                f"{client.scope}: the rest of {kind}.{connection} is gone",
                cause=Cause.INCOMPLETE,
                hint=HINTS[Cause.INCOMPLETE],
            )
        listing["nodes"] += more["nodes"]
        listing["pageInfo"] = more["pageInfo"]


def nodes_by_id(client: Client, document: str, ids: Sequence[str], *, chunk: int) -> Iterator[tuple[str, Node | None]]:
    """(id, node) for each id, None for a node that is gone. Chunks are halved when GitHub cannot answer one."""
    rest = list(ids)
    while rest:
        answer = client.graphql(document, {"ids": rest[:chunk]}, smaller=_fewer_ids)
        asked, found = answer.variables["ids"], answer.data.get("nodes")
        if not isinstance(found, list) or len(found) != len(asked):
            raise SourceError(
                f"{client.scope}: asked for {len(asked)} nodes, got another number", cause=Cause.INCOMPLETE
            )
        yield from ((node_id, node or None) for node_id, node in zip(asked, found, strict=True))
        chunk = len(asked) if len(asked) < min(chunk, len(rest)) else chunk
        rest = rest[len(asked) :]


@dataclass(frozen=True, kw_only=True)
class RunListing:
    """Runs created in a window, newest first; `total` as GitHub says. Fewer runs than total: the listing came short."""

    window: Window
    runs: tuple[Node, ...]
    total: int

    @property
    def short(self) -> bool:
        """True when some runs of the window are missing."""
        return len(self.runs) < self.total


def list_runs(client: Client, window: Window, *, branch: str | None = None) -> RunListing:
    """All runs created in `window`, read a second time if the first reading came short. Raises SourceError."""
    listing = _list_runs_once(client, window, branch=branch)
    return _list_runs_once(client, window, branch=branch) if listing.short else listing


def _list_runs_once(client: Client, window: Window, *, branch: str | None) -> RunListing:
    found: dict[int, Node] = {}
    total = -1
    end = window.end
    while True:
        before = len(found)
        for page in range(1, FILTERED_LIMIT // RUNS_PAGE + 1):
            payload = _runs_page(client, window.start, end, page=page, branch=branch)
            total = payload["total_count"] if total < 0 else total
            found |= {run["id"]: run for run in payload["workflow_runs"]}
            if len(found) >= total or not payload["workflow_runs"]:
                break
        oldest = min((at for run in found.values() if (at := _created(run)) is not None), default=window.end)
        # the end is inclusive: runs of the same second come twice and are told apart by their id
        if len(found) >= total or len(found) == before or oldest >= end:
            return RunListing(window=window, runs=tuple(found.values()), total=total)
        end = oldest


def _runs_page(client: Client, start: datetime, end: datetime, *, page: int, branch: str | None) -> Node:
    path = f"/repos/{client.scope}/actions/runs"
    parameters: dict[str, Any] = {
        "created": f"{iso(start.replace(microsecond=0))}..{iso(end.replace(microsecond=0))}",
        "per_page": RUNS_PAGE,
        "page": page,
        "exclude_pull_requests": True,
    }
    if branch is not None:
        parameters["branch"] = branch
    payload = client.get(path, parameters)
    if not isinstance(payload, dict) or not isinstance(payload.get("total_count"), int):
        raise SourceError(f"{client.scope}: GET {path}: no total_count in the answer", cause=Cause.BAD_PAYLOAD)
    runs = payload.get("workflow_runs")
    if not isinstance(runs, list) or not all(isinstance(run, dict) and "id" in run for run in runs):
        raise SourceError(f"{client.scope}: GET {path}: no workflow runs in the answer", cause=Cause.BAD_PAYLOAD)
    return payload


def _created(run: Node) -> datetime | None:
    try:
        return instant(run, "created_at")
    except ContractError:
        return None


def _repository(client: Client, data: Node) -> Node:
    repository = data.get("repository")
    if not isinstance(repository, dict):
        raise SourceError(f"{client.scope}: there is no such repository", cause=Cause.NOT_FOUND)
    return repository


def _at(node: Node, path: Sequence[str]) -> Node | None:
    found: Any = node
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def _smaller_page(variables: Variables) -> Variables:
    return {**variables, "size": max(SMALLEST_PAGE, variables["size"] // 2)}


def _fewer_ids(variables: Variables) -> Variables:
    return {**variables, "ids": variables["ids"][: max(1, len(variables["ids"]) // 2)]}


def _only_commits(variables: Variables) -> Variables:
    others = dict.fromkeys(("open", "changed", "openIssues", "changedIssues", "stats"), False)
    return {**variables, **others}


HISTORY = ("defaultBranchRef", "target", "history")


def _fill_commits(repository: Node, without_lines: Node) -> None:
    history, spare = _at(repository, HISTORY), _at(without_lines, HISTORY)
    if spare is None:
        raise SourceError("the commits are missing from the answer", cause=Cause.INCOMPLETE)
    if history is None:
        repository["defaultBranchRef"] = without_lines["defaultBranchRef"]
        return
    known = {node["oid"] for node in history["nodes"] if node is not None}
    history["nodes"] = [node for node in history["nodes"] if node is not None] + [
        node for node in spare["nodes"] if node is not None and node["oid"] not in known
    ]
