"""Fetch of one server: what may have changed since the last capture, and today's clusters, as one Batch.

Jobs are asked for by id where they were alive when last read, and by time where they are new: the server's filter by
time leaves out a job that was cancelled before it was ever submitted. All reads are submitted before the first is
waited for, because each takes the server seconds.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeGuard

from health_assets.model.errors import Cause, ContractError
from health_assets.model.record import Batch, Coverage, Record, Rejection
from health_assets.model.source import FetchRequest
from health_assets.model.time import Day
from health_assets.sources.planning import alive_in
from health_assets.sources.skypilot.client import Client
from health_assets.sources.skypilot.planning import Plan, plan_fetch
from health_assets.sources.skypilot.records import (
    ACTIVE,
    CLUSTERS,
    MANAGED_JOBS,
    VANISHED,
    cluster,
    is_final,
    job_key,
    managed_job,
    vanished_job,
)
from health_assets.sources.skypilot.settings import Settings
from health_assets.sources.stored import Data, stored_data

QUEUE, STATUS = "/jobs/queue/v2", "/status"
#: Jobs a page: about 0.4 MB with the fields below.
PAGE = 1000
#: Without a choice of fields the server adds failover logs, which made answers of 176 MB (skypilot #5108).
FIELDS = [
    *("job_id", "task_id", "job_name", "user_name", "user_hash", "workspace", "status"),
    *("submitted_at", "start_at", "end_at", "last_recovered_at", "recovery_count"),
    *("resources", "cluster_resources", "accelerators", "cloud", "region"),
]
#: The server's default sends credentials and a pickled handle.
CLUSTER_CHOICE = {"all_users": True, "include_credentials": False, "include_handle": False, "summary_response": True}

Filters = Mapping[str, Any]


def fetch(settings: Settings, request: FetchRequest) -> Batch:
    """All jobs of the look-back of request.days as of request.now, and the clusters when today is asked for.

    Makes no request when all days are settled. Raises SourceError with the number of requests made, and ConfigError
    when the token's environment variable is not set.
    """
    plan = plan_fetch(request)
    if not plan.jobs and plan.clusters_day is None:
        return Batch(scope=request.scope, records=(), coverage=(), requests=0)
    with Client(settings, deadline=request.deadline, meter=request.meter) as client:
        return _gather(client, request, plan)


def _gather(client: Client, request: FetchRequest, plan: Plan) -> Batch:
    held = stored_data(request.known.records(MANAGED_JOBS.name, since=plan.days[0].start), MANAGED_JOBS)
    listings = list(_listings(plan, held)) if plan.jobs else []
    tickets = [client.submit(QUEUE, _queue(filters, page=1)) for filters in listings]
    status = client.submit(STATUS, CLUSTER_CHOICE) if plan.clusters_day else None
    rows = [row for filters, ticket in zip(listings, tickets, strict=True) for row in _read(client, filters, ticket)]
    reading = Reading(request, plan, held)
    if plan.jobs:
        reading.take_jobs(rows)
    if plan.clusters_day and status is not None:
        reading.take_clusters(_cluster_rows(client, client.result(status, of=STATUS)), day=plan.clusters_day)
    return reading.batch(requests=client.requests)


def _listings(plan: Plan, held: Mapping[str, Data]) -> Iterator[Filters]:
    if plan.changed_after is None:
        yield {}
        return
    yield {"submitted_after": plan.changed_after.timestamp()}
    # a vanished job is asked for again: a token that lost its workspace for an hour must not end the jobs in it
    awaited = {data["job_id"] for data in held.values() if data["ended_at"] is None or data["status"] == VANISHED}
    if awaited:
        yield {"job_ids": sorted(awaited)}


def _queue(filters: Filters, *, page: int) -> dict[str, Any]:
    # ascending ids: what is submitted between two pages comes at the end and shifts nothing
    order = {"sort_by": "job_id", "sort_order": "asc"}
    return {"all_users": True, "fields": FIELDS, "limit": PAGE, "page": page, **order, **filters}


def _read(client: Client, filters: Filters, ticket: str) -> list[Mapping[str, Any]]:
    """All rows of a listing; raises SourceError when a page holds fewer jobs than the server counts.

    The server counts and pages top-level jobs; the tasks of one, and the jobs it launched, are further rows.
    """
    rows: list[Mapping[str, Any]] = []
    page, total = 1, 0
    while True:
        found, counted = _page(client, client.result(ticket, of=QUEUE))
        wanted = min(PAGE, counted - (page - 1) * PAGE)
        jobs = len({row.get("job_id") for row in found})
        if jobs < wanted or counted < total:
            raise client.failure(
                f"result of {QUEUE}: page {page} holds {jobs} of {wanted} jobs", cause=Cause.INCOMPLETE
            )
        rows += found
        total = counted
        if page * PAGE >= total:
            return rows
        page += 1
        ticket = client.submit(QUEUE, _queue(filters, page=page))


def _page(client: Client, body: Any) -> tuple[list[Mapping[str, Any]], int]:
    jobs, total = (body.get("jobs"), body.get("total")) if isinstance(body, Mapping) else (None, None)
    if not _are_objects(jobs) or not isinstance(total, int):
        raise client.failure(f"result of {QUEUE}: not a page of jobs", cause=Cause.BAD_PAYLOAD)
    return jobs, total


def _cluster_rows(client: Client, body: Any) -> list[Mapping[str, Any]]:
    if not _are_objects(body):
        raise client.failure(f"result of {STATUS}: not a list of clusters", cause=Cause.BAD_PAYLOAD)
    return body


def _are_objects(rows: Any) -> TypeGuard[list[Mapping[str, Any]]]:
    return isinstance(rows, list) and all(isinstance(row, Mapping) for row in rows)


class Reading:
    """What one fetch brings: records by kind and key, rejections, and what is to be told beside them."""

    def __init__(self, request: FetchRequest, plan: Plan, held: Mapping[str, Data]) -> None:
        self._request = request
        self._plan = plan
        self._held = held
        self._jobs: dict[str, Record] = {}
        self._clusters: dict[str, Record] = {}
        self._rejections: list[Rejection] = []
        self._timeless = 0
        self._nameless = 0

    def take_jobs(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Adds the jobs that lived in the look-back, and closes those that the server no longer knows."""
        now, start = self._request.now, self._plan.days[0].start
        keyed = {key: row for row in rows if (key := self._key(row))}
        for key, row in keyed.items():
            try:
                record = managed_job(row, held=self._held.get(key), now=now)
            except ContractError as error:
                self._reject(MANAGED_JOBS.name, key, error)
                continue
            if record is None:
                self._timeless += 1
            elif record.ends_at is None or record.ends_at >= start:
                self._jobs[key] = record
        # a row that names no job may be any of those that seem to be gone
        if not self._nameless:
            gone = {key: data for key, data in self._held.items() if data["ended_at"] is None and key not in keyed}
            self._jobs |= {key: vanished_job(data, now=now) for key, data in gone.items()}

    def _key(self, row: Mapping[str, Any]) -> str | None:
        try:
            return job_key(row)
        except ContractError as error:
            self._reject(MANAGED_JOBS.name, f"{row.get('job_id')}/{row.get('task_id')}", error)
            self._nameless += 1
            return None

    def take_clusters(self, rows: Iterable[Mapping[str, Any]], *, day: Day) -> None:
        """Adds today's clusters."""
        for row in rows:
            try:
                record = cluster(row, day=day, now=self._request.now)
            except ContractError as error:
                self._reject(CLUSTERS.name, str(row.get("name")), error)
                continue
            self._clusters[record.key] = record

    def batch(self, *, requests: int) -> Batch:
        """Everything, with the coverage of every day in the look-back as of now."""
        plan, now = self._plan, self._request.now
        coverage = list(self._job_coverage()) if plan.jobs else []
        snapshots = {}
        if plan.clusters_day is not None:
            day = plan.clusters_day.key
            snapshots[CLUSTERS.name] = day
            coverage.append(Coverage(kind=CLUSTERS.name, day=day, captured_at=now, fetched=len(self._clusters)))
        return Batch(
            scope=self._request.scope,
            records=(*self._jobs.values(), *self._clusters.values()),
            coverage=tuple(coverage),
            requests=requests,
            rejections=tuple(self._rejections),
            snapshots=snapshots,
        )

    def _job_coverage(self) -> Iterator[Coverage]:
        spans = {key: (data["queued_at"], data["ended_at"]) for key, data in self._held.items()}
        spans |= {key: (record.starts_at, record.ends_at) for key, record in self._jobs.items()}
        detail = self._told()
        for day in self._plan.days:
            alive = alive_in(day, spans.values())
            yield Coverage(
                kind=MANAGED_JOBS.name, day=day.key, captured_at=self._request.now, fetched=alive, detail=detail
            )

    def _told(self) -> str:
        told = [f"{self._timeless} jobs ended without any time and are left out"] if self._timeless else []
        statuses = {str(record.data["status"]) for record in self._jobs.values()}
        unknown = sorted(status for status in statuses - ACTIVE if not is_final(status))
        if unknown:
            told.append(f"unknown statuses: {', '.join(unknown)[:200]}")
        return "; ".join(told)

    def _reject(self, kind: str, key: str, error: ContractError) -> None:
        self._rejections.append(Rejection(kind=kind, key=key[:80], problem=error.message))
