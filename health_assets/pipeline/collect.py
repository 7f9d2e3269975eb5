"""Collect: source -> records, scope by scope, a failure stored as data (design sections 5 and 8)."""

import logging
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from health_assets.model.errors import SOURCE_WIDE, Cause, ConfigError, ContractError, HealthError, SourceError
from health_assets.model.observation import Collection
from health_assets.model.record import Batch
from health_assets.model.source import FetchRequest, Source
from health_assets.model.time import Day
from health_assets.pipeline.readable import refuse_unreadable
from health_assets.pipeline.runtime import Runtime
from health_assets.sources.deadline import run_within

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What one source brought, before anything is stored. `failures` are (scope, cause, message)."""

    source: Source
    started_at: datetime
    duration_seconds: float
    batches: Mapping[str, Batch]
    failures: tuple[tuple[str, str, str], ...]
    requests: int
    sent: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Collected:
    """What one collection of one source did. `batches` by scope; `changed` = records new or different, by kind."""

    collection: Collection
    batches: Mapping[str, Batch] = field(default_factory=dict)
    changed: Mapping[str, int] = field(default_factory=dict)
    sent: Mapping[str, int] = field(default_factory=dict)
    """What was asked of the source, and how often."""


def collect(
    runtime: Runtime, source_name: str, *, days: Sequence[Day], refetch: bool = False, store_it: bool = True
) -> Collected:
    """Brings every scope of a source up to now for `days` and stores what came; what failed changes nothing stored.

    With store_it=False nothing is written (dry run). Raises nothing for an expected failure: it is in the result.
    """
    fetched = fetch_source(runtime, source_name, days=days, refetch=refetch)
    return (
        _stored(runtime, fetched)
        if store_it
        else Collected(collection=_collection(runtime, fetched), batches=fetched.batches, sent=fetched.sent)
    )


def collect_side_by_side(
    runtime: Runtime, source_names: Sequence[str], *, days: Sequence[Day]
) -> Iterator[tuple[str, Collected]]:
    """collect() for several sources: they wait for their networks together, and are stored one by one as they come.

    The pass takes the slowest source's time, not the sum, and that source's deadline at most. A bug in one source's
    fetch is that source's failure: it must not cost the others their tick.
    """
    if not source_names:
        return
    with ThreadPoolExecutor(max_workers=len(source_names), thread_name_prefix="collect") as pool:
        fetches = {pool.submit(fetch_source, runtime, name, days=days): name for name in source_names}
        for done in as_completed(fetches):
            yield fetches[done], _stored(runtime, done.result())


def fetch_source(runtime: Runtime, source_name: str, *, days: Sequence[Day], refetch: bool = False) -> Fetched:
    """Fetches every scope of a source within the source's deadline. Writes nothing."""
    source, settings = runtime.project.sources[source_name]
    now = runtime.clock()
    begun = time.monotonic()
    requests = [
        FetchRequest(
            scope=scope,
            days=tuple(days),
            now=now,
            zone=runtime.project.config.settings.zone,
            known=runtime.store.known(source.name, source.kinds, scope=scope),
            deadline=begun + settings.deadline_seconds,
            refetch=refetch,
        )
        for scope in source.scopes(settings)
    ]
    fetch_each = _one_after_another if source.scopes_share_a_server else _side_by_side
    outcomes = list(zip(requests, fetch_each(source, settings, requests), strict=True))
    return Fetched(
        source=source,
        started_at=now,
        duration_seconds=round(time.monotonic() - begun, 3),
        batches={request.scope: outcome for request, outcome in outcomes if isinstance(outcome, Batch)},
        failures=tuple(
            (request.scope, outcome.cause.value, str(outcome))
            for request, outcome in outcomes
            if isinstance(outcome, SourceError)
        ),
        requests=sum(request.meter.requests for request in requests),
        sent=sum((request.meter.sent for request in requests), Counter()),
    )


def _one_after_another(
    source: Source, settings: Any, requests: Sequence[FetchRequest]
) -> Iterator[Batch | SourceError]:
    """What each fetch brought, or why it failed; after a failure that holds for the server, the rest is not tried."""
    blocked: SourceError | None = None
    for request in requests:
        if blocked is not None:
            yield SourceError(f"not tried: {blocked}", cause=blocked.cause)
            continue
        outcome = _outcome(source, settings, request)
        blocked = outcome if isinstance(outcome, SourceError) and outcome.cause in SOURCE_WIDE else None
        yield outcome


def _side_by_side(source: Source, settings: Any, requests: Sequence[FetchRequest]) -> Iterator[Batch | SourceError]:
    """As _one_after_another() for scopes of different servers: a silent one takes no time from the others."""
    with ThreadPoolExecutor(max_workers=max(1, len(requests)), thread_name_prefix=source.name) as pool:
        yield from pool.map(partial(_outcome, source, settings), requests)


def _outcome(source: Source, settings: Any, request: FetchRequest) -> Batch | SourceError:
    try:
        return fetch_within(source, settings, request)
    except SourceError as error:
        return error


def _stored(runtime: Runtime, fetched: Fetched) -> Collected:
    source = fetched.source
    changed: Counter[str] = Counter()
    for batch in fetched.batches.values():
        summary = runtime.store.write_batch(source.name, batch, kinds=source.kinds, seen_at=fetched.started_at)
        changed += summary.inserted + summary.changed
    collection = _collection(runtime, fetched)
    runtime.store.write_collection(collection)
    return Collected(collection=collection, batches=fetched.batches, changed=changed, sent=fetched.sent)


def _collection(runtime: Runtime, fetched: Fetched) -> Collection:
    rejected = sum(len(batch.rejections) for batch in fetched.batches.values())
    return Collection(
        source=fetched.source.name,
        day=runtime.day(fetched.started_at).key,
        started_at=fetched.started_at,
        duration_seconds=fetched.duration_seconds,
        requests=fetched.requests,
        errors=len(fetched.failures) + rejected,
        failures=fetched.failures,
        rejected=rejected,
    )


def fetch_within(source: Source, settings: Any, request: FetchRequest) -> Batch:
    """One scope's fetch, given up when the source's deadline has passed. Raises SourceError."""
    remaining = request.deadline - time.monotonic()
    if remaining <= 0:
        raise SourceError(
            f"{source.title}: {request.scope}: no time left before the deadline of {settings.deadline_seconds:g} s",
            cause=Cause.DEADLINE,
            hint="the next tick tries again; raise deadline_seconds if this source is always slow",
        )
    try:
        what = f"{source.title}: {request.scope}"
        batch = run_within(remaining, lambda: source.fetch(settings, request), what=what)
        refuse_unreadable(source, batch)
        return batch
    except ConfigError as error:
        # a secret that is not set fails its own source; the other sources and the page go on
        raise SourceError(error.message, cause=Cause.AUTHENTICATION, hint=error.hint) from error
    except ContractError as error:
        # where a fetch does not leave such a payload out itself, nothing of what it read can be trusted
        raise SourceError(
            f"{source.title}: {request.scope}: {error.message}", cause=Cause.BAD_PAYLOAD, hint=error.hint
        ) from error
    except HealthError:
        raise
    except Exception as error:  # a bug in one source must not cost the others their tick; it is told, not swallowed
        raise _bug(error, source, request) from error


def _bug(error: Exception, source: Source, request: FetchRequest) -> SourceError:
    """An unexpected error as this source's failure: where it happened, without its text, which may hold anything."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    LOG.error(
        "%s %s: %s in %s\n%s",
        source.name,
        request.scope,
        type(error).__name__,
        where,
        "".join(traceback.format_tb(error.__traceback__)),
    )
    return SourceError(
        f"{source.title}: {request.scope}: unexpected {type(error).__name__} in {where}",
        cause=Cause.BUG,
        hint="this is a bug of health_assets or a surprise of the API; the run's log has the traceback",
    )
