"""Collect: source -> records, one scope after another, a failure stored as data (design sections 5 and 8)."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from health_assets.model.errors import SOURCE_WIDE, Cause, ConfigError, SourceError
from health_assets.model.observation import Collection
from health_assets.model.record import Batch
from health_assets.model.source import FetchRequest, Meter, Source
from health_assets.model.time import Day
from health_assets.pipeline.runtime import Runtime
from health_assets.sources.deadline import run_within


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
    source, settings = runtime.project.sources[source_name]
    now = runtime.clock()
    begun = time.monotonic()
    deadline = begun + settings.deadline_seconds
    batches: dict[str, Batch] = {}
    failures: list[tuple[str, str, str]] = []
    changed: Counter[str] = Counter()
    sent: Counter[str] = Counter()
    requests = 0
    blocked: SourceError | None = None
    for scope in source.scopes(settings):
        if blocked is not None:
            failures.append((scope, blocked.cause.value, f"not tried: {blocked}"))
            continue
        request = FetchRequest(
            scope=scope,
            days=tuple(days),
            now=now,
            zone=runtime.project.config.settings.zone,
            known=runtime.store.known(source.name, source.kinds, scope=scope),
            deadline=deadline,
            refetch=refetch,
            meter=Meter(sent=sent),
        )
        try:
            batch = fetch_within(source, settings, request)
        except SourceError as error:
            failures.append((scope, error.cause.value, str(error)))
            blocked = error if error.cause in SOURCE_WIDE else None
            continue
        finally:
            requests += request.meter.requests
        batches[scope] = batch
        if store_it:
            summary = runtime.store.write_batch(source.name, batch, kinds=source.kinds, seen_at=now)
            changed += summary.inserted + summary.changed
    rejected = sum(len(batch.rejections) for batch in batches.values())
    collection = Collection(
        source=source.name,
        day=runtime.day(now).key,
        started_at=now,
        duration_seconds=round(time.monotonic() - begun, 3),
        requests=requests,
        errors=len(failures) + rejected,
        failures=tuple(failures),
        rejected=rejected,
    )
    if store_it:
        runtime.store.write_collection(collection)
    return Collected(collection=collection, batches=batches, changed=changed, sent=sent)


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
        return run_within(remaining, lambda: source.fetch(settings, request), what=f"{source.title}: {request.scope}")
    except ConfigError as error:
        # a secret that is not set fails its own source; the other sources and the page go on
        raise SourceError(error.message, cause=Cause.AUTHENTICATION, hint=error.hint) from error
