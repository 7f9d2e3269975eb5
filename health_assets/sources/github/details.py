"""What hangs on merged pull requests and direct pushes, read once each: checks when merged, and changed paths."""

from collections.abc import Iterator
from datetime import datetime

import pandas as pd

from health_assets.model.errors import Cause, ContractError, SourceError
from health_assets.sources.fields import required
from health_assets.sources.github.answers import nodes
from health_assets.sources.github.checks import merge_checks
from health_assets.sources.github.harvest import Harvest
from health_assets.sources.github.listings import Node, complete, nodes_by_id
from health_assets.sources.github.pulls import changed_files
from health_assets.sources.github.queries import MERGED_DETAILS
from health_assets.sources.github.records import CHANGED_FILES, COMMITS, MERGE_CHECKS, PULL_REQUESTS

PULLS_A_QUERY = 25
#: Direct pushes cost one REST request each; what is left waits for the next tick.
PATHS_COLD, PATHS_STEADY = 10, 3
#: GitHub lists the files of a commit in pages of 300, and 3,000 of them at most.
FILES_A_PAGE, FILE_PAGES = 300, 10


def read_merged_details(harvest: Harvest, *, default_branch: str) -> None:
    """Checks (into the default branch only) and paths of the merged pull requests that have none stored."""
    wanted = {node_id: (number, merged, base) for node_id, number, merged, base in _merged(harvest)}
    for node_id, node in nodes_by_id(harvest.client, MERGED_DETAILS, list(wanted), chunk=PULLS_A_QUERY):
        number, merged, base = wanted[node_id]
        if node is None:
            harvest.reject(CHANGED_FILES, f"#{number}", "the pull request is gone")
            continue
        _complete(harvest, node)
        try:
            listed = node.get("files") is not None
            paths = [required(file, "path", str) for file in nodes(node, "files")] if listed else None
            harvest.add(changed_files(f"#{number}", changed_at=merged, paths=paths))
            if base == default_branch:
                harvest.add(merge_checks(node, number=number, merged_at=merged))
        except ContractError as error:
            harvest.reject(MERGE_CHECKS, f"#{number}", error.message)


def read_direct_paths(harvest: Harvest) -> None:
    """Paths of commits that came without a pull request, oldest first, as many as the budget allows."""
    budget = PATHS_COLD if harvest.plan.pulls_cold else PATHS_STEADY
    for sha, committed in _direct(harvest)[:budget]:
        harvest.add(changed_files(sha, changed_at=committed, paths=_paths_of(harvest, sha)))


def _merged(harvest: Harvest) -> Iterator[tuple[str, int, datetime, str]]:
    start, end = harvest.plan.start(CHANGED_FILES), harvest.plan.until
    known = set(harvest.stored(CHANGED_FILES)["key"])
    brought = {
        record.data["pull_request"] for record in harvest.fetched(COMMITS).values() if record.data["pull_request"]
    }
    found = {
        record.data["number"]: tuple(record.data[name] for name in ("node_id", "number", "merged_at", "base_ref"))
        for record in harvest.fetched(PULL_REQUESTS).values()
        if record.data["merged_at"] is not None
    }
    frame = harvest.stored(PULL_REQUESTS)
    frame = frame[frame["merged_at"].notna()]
    for node_id, number, merged, base in zip(
        frame["node_id"], frame["number"], frame["merged_at"], frame["base_ref"], strict=True
    ):
        found.setdefault(int(number), (node_id, int(number), merged.to_pydatetime(), base))
    for number, row in sorted(found.items()):
        in_lookback = start <= row[2] <= end
        if f"#{number}" not in known and (in_lookback or number in brought):
            yield row


def _complete(harvest: Harvest, node: Node) -> None:
    client = harvest.client
    complete(client, "PullRequest", node, "files")
    for head in node["commits"]["nodes"]:
        commit = head["commit"]
        complete(client, "Commit", commit, "checkSuites")
        for suite in (commit.get("checkSuites") or {}).get("nodes", ()):
            complete(client, "CheckSuite", suite, "checkRuns")
        if commit.get("statusCheckRollup") is not None:
            complete(client, "StatusCheckRollup", commit["statusCheckRollup"], "contexts")


def _direct(harvest: Harvest) -> list[tuple[str, datetime]]:
    start, end = harvest.plan.start(CHANGED_FILES), harvest.plan.until
    known = set(harvest.stored(CHANGED_FILES)["key"])
    frame = harvest.stored(COMMITS)
    frame = frame[frame["pull_request"].isna()]
    found = {sha: at.to_pydatetime() for sha, at in zip(frame["sha"], frame["committed_at"], strict=True)}
    for sha, record in harvest.fetched(COMMITS).items():
        found.pop(sha, None)
        if record.data["pull_request"] is None:
            found[sha] = record.starts_at
    waiting = [(at, sha) for sha, at in found.items() if sha not in known and not pd.isna(at) and start <= at <= end]
    return [(sha, at) for at, sha in sorted(waiting)]


def _paths_of(harvest: Harvest, sha: str) -> list[str] | None:
    """All paths of a commit; None when GitHub does not list them all."""
    path = f"/repos/{harvest.request.scope}/commits/{sha}"
    paths: list[str] = []
    for page in range(1, FILE_PAGES + 1):
        payload = harvest.client.get(path, {"page": page} if page > 1 else None)
        if not isinstance(payload, dict):
            raise SourceError(f"{harvest.request.scope}: GET {path}: not a commit", cause=Cause.BAD_PAYLOAD)
        files = payload.get("files")
        if not isinstance(files, list):
            return None
        paths += [str(file["filename"]) for file in files]
        if len(files) < FILES_A_PAGE:
            return paths
    return None
