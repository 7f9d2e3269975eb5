"""Fetch of one repository: the tick query's listings, then what hangs on them, then one Batch.

Pull requests that vanish from GitHub (deleted, moved away) leave no event. They are found because the number of open
ones no longer agrees, and are then closed in the record at the instant of this fetch.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from health_assets.model.errors import Cause, ContractError, SourceError
from health_assets.model.record import Batch, Record
from health_assets.model.source import FetchRequest
from health_assets.model.time import iso
from health_assets.sources.fields import instant, required
from health_assets.sources.github.answers import HINTS
from health_assets.sources.github.client import Client
from health_assets.sources.github.commits import commit, merged_pull
from health_assets.sources.github.details import read_direct_paths, read_merged_details
from health_assets.sources.github.harvest import Harvest
from health_assets.sources.github.listings import HISTORY, Listing, Node, complete, nodes_by_id, read_tick
from health_assets.sources.github.planning import plan_fetch
from health_assets.sources.github.pulls import issue, pull_request
from health_assets.sources.github.queries import PULLS_BY_ID
from health_assets.sources.github.records import BRANCHES, COMMITS, ISSUES, PULL_REQUESTS
from health_assets.sources.github.run_facts import read_runs
from health_assets.sources.github.settings import Settings
from health_assets.sources.planning import Window
from health_assets.sources.stored import row_data

PULL_LISTINGS = ("timelineItems", "reviews", "comments")
PULLS_A_QUERY = 25


def fetch(settings: Settings, request: FetchRequest) -> Batch:
    """All facts that make every day in request.days measurable as of min(its end, request.now).

    Makes no request when all days are settled. Raises SourceError with the number of requests made, and ConfigError
    when a secret's environment variable is not set.
    """
    plan = plan_fetch(request)
    if plan.nothing:
        return Batch(scope=request.scope, records=(), coverage=(), requests=0)
    client = Client(settings, scope=request.scope, deadline=request.deadline, meter=request.meter)
    try:
        return _gather(Harvest(client, settings, request, plan))
    except SourceError as error:
        named = error.message if request.scope in error.message else f"{request.scope}: {error.message}"
        raise SourceError(named, cause=error.cause, hint=error.hint, requests=client.requests) from error
    except ContractError as error:
        # a payload that steers the reading itself (a page's order, a total) cannot be left out
        message = f"{request.scope}: an answer of GitHub cannot be read: {error.message}"
        hint = HINTS[Cause.BAD_PAYLOAD]
        raise SourceError(message, cause=Cause.BAD_PAYLOAD, hint=hint, requests=client.requests) from error
    finally:
        client.close()


def _gather(harvest: Harvest) -> Batch:
    listings = _listings(harvest)
    repository = read_tick(harvest.client, _variables(harvest), listings.values())
    default_branch = _default_branch(harvest, repository)
    _take_branches(harvest, repository)
    _take_pulls(harvest, listings["open"].nodes + listings["changed"].nodes)
    _check_open_pulls(harvest, total=repository["openTotal"]["totalCount"])
    _take_issues(harvest, (listings["openIssues"], listings["changedIssues"]))
    _take_commits(harvest, listings["commits"], repository)
    read_merged_details(harvest, default_branch=default_branch)
    read_direct_paths(harvest)
    read_runs(harvest, default_branch=default_branch)
    return harvest.batch()


def _default_branch(harvest: Harvest, repository: Node) -> str:
    branch = repository.get("defaultBranchRef")
    if branch is not None:
        return str(branch["name"])
    # GraphQL knows a branch by its commits; one without any is named by REST only
    return required(harvest.client.get(f"/repos/{harvest.request.scope}"), "default_branch", str)


def _listings(harvest: Harvest) -> dict[str, Listing]:
    plan = harvest.plan
    pulls = plan.pulls_since
    issues = plan.issues_since is not None and bool(harvest.settings.training_bug_labels)
    listings = (
        Listing(flag="open", path=("open",), wanted=pulls is not None and plan.pulls_cold),
        Listing(flag="changed", path=("changed",), wanted=pulls is not None, enough=partial(_is_older, than=pulls)),
        Listing(flag="openIssues", path=("openIssues",), wanted=issues and plan.issues_cold),
        Listing(flag="changedIssues", path=("changedIssues",), wanted=issues),
        Listing(flag="commits", path=HISTORY, wanted=bool(plan.commits)),
    )
    return {listing.flag: listing for listing in listings}


def _variables(harvest: Harvest) -> dict[str, Any]:
    plan = harvest.plan
    owner, _, name = harvest.request.scope.partition("/")
    lookback = iso(plan.start(COMMITS))
    return {
        "owner": owner,
        "name": name,
        "changedStates": ["CLOSED", "MERGED"] if plan.pulls_cold else ["OPEN", "CLOSED", "MERGED"],
        "labels": list(harvest.settings.training_bug_labels),
        "issuesSince": None if plan.issues_since is None else iso(plan.issues_since),
        "commitsSince": iso(plan.commits[0].start) if plan.commits else lookback,
        "commitsUntil": iso(plan.until),
        "lookback": lookback,
    }


def _is_older(node: Node, *, than: datetime | None) -> bool:
    return than is not None and instant(node, "updatedAt") < than


def _take_branches(harvest: Harvest, repository: Node) -> None:
    day, refs, now = harvest.plan.branches_day, repository.get("refs"), harvest.request.now
    if day is not None and refs is not None:
        harvest.add(
            Record(
                kind=BRANCHES.name,
                key=f"{day.key}/all",
                version=iso(now),
                starts_at=now,
                ends_at=now,
                data={"total": refs["totalCount"]},
            )
        )


def _take_pulls(harvest: Harvest, nodes: list[Node]) -> None:
    for node in nodes:
        for listing in PULL_LISTINGS:
            complete(harvest.client, "PullRequest", node, listing)
    harvest.read(PULL_REQUESTS, nodes, partial(pull_request, bots=harvest.settings.bots), name="number")
    harvest.open_pulls = harvest.open_pulls - _numbers(nodes) | _numbers(nodes, state="OPEN")


def _check_open_pulls(harvest: Harvest, *, total: int) -> None:
    """Lists all open pull requests once more when their number is not the server's."""
    if harvest.plan.pulls_since is None or len(harvest.open_pulls) == total:
        return
    again = Listing(flag="open", path=("open",), wanted=True)
    others = [
        Listing(flag=flag, path=(), wanted=False) for flag in ("changed", "openIssues", "changedIssues", "commits")
    ]
    repository = read_tick(harvest.client, _variables(harvest), [again, *others])
    _take_pulls(harvest, again.nodes)
    for number in sorted(harvest.open_pulls - _numbers(again.nodes)):
        _close_vanished(harvest, number)
    total = repository["openTotal"]["totalCount"]
    if len(harvest.open_pulls) != total:
        window = Window(start=harvest.plan.start(PULL_REQUESTS), end=harvest.request.now)
        harvest.came_short(PULL_REQUESTS, window, f"{len(harvest.open_pulls)} of {total} open ones were listed")


def _close_vanished(harvest: Harvest, number: int) -> None:
    frame = harvest.stored(PULL_REQUESTS)
    rows = frame[frame["number"] == number]
    fetched = harvest.fetched(PULL_REQUESTS).get(str(number))
    harvest.open_pulls.discard(number)
    if rows.empty or fetched is not None:
        return
    now = harvest.request.now
    data = row_data(rows.iloc[0].to_dict(), PULL_REQUESTS)
    closures = None if data["closures"] is None else [*data["closures"], [iso(now), None]]
    harvest.add(
        Record(
            kind=PULL_REQUESTS.name,
            key=str(number),
            version=iso(now),
            starts_at=data["created_at"],
            ends_at=now,
            data=data | {"closed_at": now, "closures": closures},
        )
    )


def _numbers(nodes: list[Node], *, state: str | None = None) -> set[int]:
    return {node["number"] for node in nodes if state is None or node["state"] == state}


def _take_issues(harvest: Harvest, listings: Sequence[Listing]) -> None:
    nodes = [node for listing in listings for node in listing.nodes]
    for node in nodes:
        complete(harvest.client, "Issue", node, "timelineItems")
    harvest.read(ISSUES, nodes, partial(issue, wanted=harvest.settings.training_bug_labels), name="number")


def _take_commits(harvest: Harvest, listing: Listing, repository: Node) -> None:
    """Takes the new commits; reads the whole look-back when its count says that more came in with older dates."""
    if not harvest.plan.commits:
        return
    nodes = _read_commits(harvest, listing)
    held_total = _held_total(repository)
    if _commits_held(harvest) < held_total:
        again = Listing(flag="commits", path=HISTORY, wanted=True)
        others = [
            Listing(flag=flag, path=(), wanted=False) for flag in ("open", "changed", "openIssues", "changedIssues")
        ]
        variables = _variables(harvest)
        variables["commitsSince"] = variables["lookback"]
        read_tick(harvest.client, variables, [again, *others])
        nodes = _read_commits(harvest, again)
        if len({node["oid"] for node in nodes}) < held_total:
            window = Window(start=harvest.plan.start(COMMITS), end=harvest.plan.until)
            harvest.came_short(COMMITS, window, f"{len(nodes)} of {held_total} commits were listed")
    _take_pulls_of(harvest, nodes)


def _read_commits(harvest: Harvest, listing: Listing) -> list[Node]:
    harvest.read(COMMITS, listing.nodes, partial(commit, bots=harvest.settings.bots), name="oid")
    return listing.nodes


def _held_total(repository: Node) -> int:
    branch = repository.get("defaultBranchRef")
    return 0 if branch is None else int(branch["target"]["held"]["totalCount"])


def _commits_held(harvest: Harvest) -> int:
    start, end = harvest.plan.start(COMMITS), harvest.plan.until
    frame = harvest.stored(COMMITS)
    stored = set(frame.loc[(frame["committed_at"] >= start) & (frame["committed_at"] <= end), "sha"])
    fetched = {key for key, record in harvest.fetched(COMMITS).items() if start <= record.starts_at <= end}
    rejected = sum(rejection.kind == COMMITS.name for rejection in harvest.rejections)
    return len(stored | fetched) + rejected


def _take_pulls_of(harvest: Harvest, commits: list[Node]) -> None:
    """Reads the pull requests that brought `commits` and are not held: their labels and files are needed too."""
    held = set(harvest.stored(PULL_REQUESTS)["key"]) | set(harvest.fetched(PULL_REQUESTS))
    brought = [pull for node in commits if (pull := merged_pull(node)) is not None]
    missing = {pull["id"]: None for pull in brought if str(pull["number"]) not in held}
    found = nodes_by_id(harvest.client, PULLS_BY_ID, list(missing), chunk=PULLS_A_QUERY)
    _take_pulls(harvest, [node for _, node in found if node is not None])
