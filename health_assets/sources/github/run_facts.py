"""Workflow runs of a fetch: listings, changes of older runs, earlier attempts, and proofs of timeouts.

A run keeps its creation time when it is run again, and no listing can be asked for what changed. So besides the new
runs a tick reads again what was running, and asks by node id whether unsuccessful runs of the look-back changed since
they were read. Runs that succeeded and were run again all the same are found when their day's week is listed again,
once after every midnight.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pandas as pd

from health_assets.model.errors import Cause, ContractError, SourceError
from health_assets.model.record import Record
from health_assets.model.time import iso
from health_assets.sources.fields import Payload, instant, required
from health_assets.sources.github.harvest import Harvest
from health_assets.sources.github.listings import complete, list_runs, nodes_by_id
from health_assets.sources.github.planning import first_midnight, rotating
from health_assets.sources.github.queries import RUN_UPDATES, STOPPED_CHECKS
from health_assets.sources.github.records import DEFAULT_BRANCH_RUNS, RUN_TIMEOUTS, WORKFLOW_RUNS
from health_assets.sources.github.runs import run_attempt, run_timeout
from health_assets.sources.planning import Window

#: Runs begun within this time and still running are listed again with the new ones; older ones are asked for by id.
RUNNING_WINDOW = timedelta(hours=3)
PROBED_A_TICK, PROBED_A_QUERY = 200, 100
REREAD_A_TICK = 4
SUITES_A_QUERY = 100
UNREMARKABLE = frozenset({"success", "skipped", "neutral"})


def read_runs(harvest: Harvest, *, default_branch: str) -> None:
    """Adds run attempts and timeout proofs. Raises SourceError."""
    _RunFacts(harvest, default_branch).read()


class _RunFacts:
    """The run facts of one fetch; `suites` maps attempt keys to their check suite's node id."""

    def __init__(self, harvest: Harvest, default_branch: str) -> None:
        self._harvest = harvest
        self._client = harvest.client
        self._default_branch = default_branch
        self._suites: dict[str, str] = {}
        frames = [harvest.stored(WORKFLOW_RUNS), harvest.stored(DEFAULT_BRANCH_RUNS)]
        stored = pd.concat(frames).sort_values(["run_id", "attempt", "version"])
        self._stored = stored.drop_duplicates("key", keep="last")
        self._latest = self._stored.drop_duplicates("run_id", keep="last")

    def read(self) -> None:
        for window in self._windows():
            listing = list_runs(self._client, window)
            self._take(listing.runs)
            if listing.short:
                detail = f"{len(listing.runs)} of {listing.total} runs were listed"
                self._harvest.came_short(WORKFLOW_RUNS, window, detail)
                self._harvest.came_short(RUN_TIMEOUTS, window, detail)
                self._harvest.came_short(DEFAULT_BRANCH_RUNS, window, detail)
        for window in self._harvest.plan.older_runs:
            listing = list_runs(self._client, window, branch=self._default_branch)
            self._take(listing.runs, older=True)
            if listing.short:
                detail = f"{len(listing.runs)} of {listing.total} runs of the default branch were listed"
                self._harvest.came_short(DEFAULT_BRANCH_RUNS, window, detail)
        if not self._harvest.plan.finalising:
            self._take([self._get(run_id) for run_id in self._changed_runs()])
        self._read_earlier_attempts()
        self._read_timeouts()

    def _windows(self) -> tuple[Window, ...]:
        """The planned windows, the last one from the oldest run on that lately was still running."""
        planned = self._harvest.plan.runs
        recent = self._unfinished(recent=True)
        if not planned or recent.empty:
            return planned
        oldest = recent["created_at"].min().to_pydatetime()
        last = Window(start=min(planned[-1].start, oldest), end=planned[-1].end)
        return (*(window for window in planned[:-1] if window.end < last.start), last)

    def _unfinished(self, *, recent: bool) -> pd.DataFrame:
        running = self._latest[self._latest["completed_at"].isna()]
        is_recent = running["created_at"] >= self._harvest.request.now - RUNNING_WINDOW
        return running[is_recent if recent else ~is_recent]

    def _take(self, payloads: Iterable[Any], *, older: bool = False, latest: int | None = None) -> list[Record]:
        """Adds attempts to both kinds, those of the older look-back to the default branch's only."""
        kind = DEFAULT_BRANCH_RUNS if older else WORKFLOW_RUNS
        taken = self._harvest.read(kind, payloads, partial(self._record, older=older, latest=latest), name="id")
        for record in taken:
            if not older and record.data["on_default_branch"]:
                self._harvest.add(replace(record, kind=DEFAULT_BRANCH_RUNS.name))
        return taken

    def _record(self, payload: Payload, *, older: bool, latest: int | None = None) -> Record | None:
        record = run_attempt(payload, default_branch=self._default_branch, latest=latest)
        suite = payload.get("check_suite_node_id")
        if isinstance(suite, str):
            self._suites[record.key] = suite
        if not older:
            return record
        return replace(record, kind=DEFAULT_BRANCH_RUNS.name) if record.data["on_default_branch"] else None

    def _changed_runs(self) -> list[int]:
        """Ids of stored runs, not listed in this fetch, that GitHub updated after they were read."""
        seen = {record.data["run_id"] for record in self._fetched()}
        rest = self._latest[~self._latest["run_id"].isin(seen)]
        running = rest[rest["completed_at"].isna()]
        failed = rest[rest["completed_at"].notna() & ~rest["conclusion"].isin(UNREMARKABLE)]
        ids = list(running["node_id"][:PROBED_A_QUERY])
        ids += rotating(list(failed["node_id"]), limit=PROBED_A_TICK - len(ids), now=self._harvest.request.now)
        read_at = {
            node_id: version.split("/")[1] for node_id, version in zip(rest["node_id"], rest["version"], strict=True)
        }
        changed = [
            required(node, "databaseId", int)
            for node_id, node in nodes_by_id(self._client, RUN_UPDATES, ids, chunk=PROBED_A_QUERY)
            if node is not None and iso(instant(node, "updatedAt")) != read_at[node_id]
        ]
        return changed[:REREAD_A_TICK]

    def _get(self, run_id: int, *, attempt: int | None = None) -> Payload:
        path = f"/repos/{self._client.scope}/actions/runs/{run_id}"
        path += "" if attempt is None else f"/attempts/{attempt}"
        payload = self._client.get(path, {"exclude_pull_requests": True})
        if not isinstance(payload, dict):
            raise SourceError(f"{self._client.scope}: GET {path}: not a workflow run", cause=Cause.BAD_PAYLOAD)
        return payload

    def _fetched(self) -> Iterator[Record]:
        yield from self._harvest.fetched(WORKFLOW_RUNS).values()
        yield from self._harvest.fetched(DEFAULT_BRANCH_RUNS).values()

    def _read_earlier_attempts(self) -> None:
        stored = {
            (int(run_id), int(attempt)): None if pd.isna(done) else done.to_pydatetime()
            for run_id, attempt, done in zip(
                self._stored["run_id"], self._stored["attempt"], self._stored["completed_at"], strict=True
            )
        }
        again = {record.data["run_id"]: record for record in self._fetched() if record.data["attempt"] > 1}
        for record in again.values():
            self._read_attempts_before(record, stored)

    def _read_attempts_before(self, record: Record, stored: Mapping[tuple[int, int], datetime | None]) -> None:
        """Earlier attempts, newest first, back to the one that had concluded at the first as-of instant.

        They matter where an as-of instant (a midnight, or now while the newest attempt runs) lies between the creation
        of the run and the completion of its newest attempt, or where the store has one as still running.
        """
        run_id, latest, done = record.data["run_id"], record.data["attempt"], record.data["completed_at"]
        now = self._harvest.request.now
        first = first_midnight(record.starts_at, done or now, self._harvest.request.zone) or (None if done else now)
        for attempt in range(latest - 1, 0, -1):
            unfinished = (run_id, attempt) in stored and stored[run_id, attempt] is None
            if first is None and not unfinished:
                continue
            completed = stored.get((run_id, attempt)) or self._attempt(run_id, attempt, record)
            if first is not None and completed is not None and completed <= first:
                return

    def _attempt(self, run_id: int, attempt: int, record: Record) -> datetime | None:
        """Reads one earlier attempt and returns when it completed; None when it is gone or has not."""
        try:
            payload = self._get(run_id, attempt=attempt)
        except SourceError as error:
            if error.cause is Cause.NOT_FOUND:
                return None
            raise
        older = record.key not in self._harvest.fetched(WORKFLOW_RUNS)
        taken = self._take([payload], older=older, latest=record.data["attempt"])
        return next((earlier.ends_at for earlier in taken), None)

    def _read_timeouts(self) -> None:
        """Proof for each cancelled attempt of this fetch that has none stored, by its check suite's annotations."""
        known = set(self._harvest.stored(RUN_TIMEOUTS)["key"])
        cancelled = [
            record
            for record in self._harvest.fetched(WORKFLOW_RUNS).values()
            if record.data["conclusion"] == "cancelled" and record.key not in known and record.key in self._suites
        ]
        ids = list(dict.fromkeys(self._suites[record.key] for record in cancelled))
        suites = dict(nodes_by_id(self._client, STOPPED_CHECKS, ids, chunk=SUITES_A_QUERY))
        for suite in suites.values():
            if suite is not None:
                complete(self._client, "CheckSuite", suite, "checkRuns", rest="stopped")
                for run in (suite.get("checkRuns") or {}).get("nodes", ()):
                    complete(self._client, "CheckRun", run, "annotations")
        for record in cancelled:
            try:
                proof = run_timeout(record, suites[self._suites[record.key]])
            except ContractError as error:
                self._harvest.reject(RUN_TIMEOUTS, record.key, error.message)
                continue
            if proof is not None:
                self._harvest.add(proof)
