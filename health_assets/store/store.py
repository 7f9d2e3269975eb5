"""The store as the rest of the project sees it. Every method is one transaction and raises StoreError when it fails."""

from collections.abc import Collection as Items
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

import pandas as pd
from sqlalchemy import Engine

from health_assets.model.errors import ContractError
from health_assets.model.observation import Collection, Observation, Score
from health_assets.model.publication import Point, Publication
from health_assets.model.record import Batch, Coverage, RecordKind
from health_assets.store import collections, coverage, observations, publications, records, scores
from health_assets.store.batch import prepared
from health_assets.store.engine import create, parse_url, reading, safe_url, writing
from health_assets.store.migrate import migrate
from health_assets.store.observations import ObservationKey, StoredEvidence
from health_assets.store.records import WriteSummary


class Store:
    """An open store. Threads and processes may share a database; one writes at a time, and readers do not wait."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        #: For messages: the password and the query are left out.
        self.url_safe = safe_url(engine.url)

    @classmethod
    def open(cls, url: str) -> Self:
        """Connects and brings the tables up to date; makes an SQLite file that does not exist. Raises StoreError."""
        engine = create(parse_url(url))
        try:
            migrate(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        """Gives the connections back; the store is not used afterwards."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write_batch(self, source: str, batch: Batch, *, kinds: Sequence[RecordKind], seen_at: datetime) -> WriteSummary:
        """Stores records, coverage and snapshots of one fetch, or nothing. `kinds`: all kinds of the source.

        The newest version of a key wins, in whatever order readings arrive; of the same version the one written last.
        Snapshots are replaced and coverage moves by the rule of store/coverage.py. Raises ContractError for data that
        do not match the kind's columns.
        """
        rows = prepared(source, batch, kinds=kinds)
        with writing(self._engine) as connection:
            return records.write(connection, rows, seen_at=seen_at)

    def read_records(
        self, kind: RecordKind, *, scope: str, since: datetime | None = None, until: datetime | None = None
    ) -> pd.DataFrame:
        """Records alive at some time in [since, until]: the kind's columns, key, version, starts_at, ends_at.

        TEXT is str, INTEGER Int64, NUMBER float64, FLAG boolean, TIME datetime64[us, UTC], JSON object; unknown is
        missing in each of them. Sorted by (starts_at, key).
        """
        with reading(self._engine) as connection:
            return records.read(connection, kind, scope=scope, since=since, until=until)

    def read_coverage(self, source: str, *, scope: str) -> dict[str, dict[str, Coverage]]:
        """Kind -> day -> coverage; kinds and days that were never read are absent."""
        with reading(self._engine) as connection:
            return coverage.read(connection, source, scope=scope)

    def known(self, source: str, kinds: Sequence[RecordKind], *, scope: str) -> "StoredFacts":
        """What a fetch of this source and scope may build upon."""
        return StoredFacts(store=self, source=source, scope=scope, kinds={kind.name: kind for kind in kinds})

    def write_collection(self, collection: Collection) -> None:
        """Adds one attempt to the history."""
        with writing(self._engine) as connection:
            collections.write(connection, collection)

    def last_collection(self, source: str, *, day: str | None = None) -> Collection | None:
        """The attempt that started last, of all or for one day; None when there was none."""
        with reading(self._engine) as connection:
            return collections.read_last(connection, source, day=day)

    def collections(self, days: Items[str]) -> list[Collection]:
        """All attempts for these days, in the order in which they started."""
        with reading(self._engine) as connection:
            return collections.read(connection, days)

    def write_observations(self, values: Iterable[Observation], *, keep_values: bool = False) -> list[ObservationKey]:
        """Stores observations; returns, sorted, the (metric, scope, day) that are new or differ in any field.

        keep_values: a stored value stays, with its own as_of, where the new observation has none. Raises ContractError
        for a value that is not finite, or for neither value nor reason.
        """
        with writing(self._engine) as connection:
            return observations.write(connection, values, keep_values=keep_values)

    def read_observations(
        self,
        *,
        metrics: Items[str] | None = None,
        scopes: Items[str] | None = None,
        days: Items[str] | None = None,
    ) -> pd.DataFrame:
        """metric, scope, day, value (float64, NaN = missing), reason, detail, samples (Int64), as_of; sorted by key.

        None = all of them, an empty list = none.
        """
        with reading(self._engine) as connection:
            return observations.read(connection, metrics=metrics, scopes=scopes, days=days)

    def read_observation(self, metric: str, *, scope: str, day: str) -> Observation | None:
        """One observation with its evidence; None when it was never written."""
        with reading(self._engine) as connection:
            return observations.read_one(connection, metric, scope=scope, day=day)

    def read_evidence(self, metrics: Items[str], days: Items[str]) -> dict[ObservationKey, StoredEvidence]:
        """(metric, scope, day) -> evidence and how much there was of it; observations without any are absent."""
        with reading(self._engine) as connection:
            return observations.read_evidence(connection, metrics, days)

    def write_scores(self, values: pd.DataFrame | Iterable[Score]) -> int:
        """Stores scores, given as such or as a frame of their fields; returns how many are new or differ.

        Raises ContractError for a score outside [0, 1], or for neither score nor reason.
        """
        with writing(self._engine) as connection:
            return scores.write(connection, values)

    def read_scores(self, *, foms: Items[str] | None = None, days: Items[str] | None = None) -> pd.DataFrame:
        """fom, scope, day, score and value (float64, NaN = missing), reason, as_of, row_hash; sorted by key.

        None = all of them, an empty list = none.
        """
        with reading(self._engine) as connection:
            return scores.read(connection, foms=foms, days=days)

    def read_publications(self, target: str) -> dict[str, Publication]:
        """Name -> what exists at a publisher's target, as far as this store knows."""
        with reading(self._engine) as connection:
            return publications.read(connection, target)

    def write_publications(self, values: Sequence[Publication]) -> None:
        """Remembers what exists, replacing what had the same target and name."""
        with writing(self._engine) as connection:
            publications.write(connection, values)

    def forget_publications(self, target: str, names: Items[str]) -> None:
        """Forgets what does not exist any more."""
        with writing(self._engine) as connection:
            publications.forget(connection, target, names)

    def read_outbox(self, target: str) -> list[Point]:
        """Points that could not be sent to `target` yet."""
        with reading(self._engine) as connection:
            return publications.read_outbox(connection, target)

    def replace_outbox(self, target: str, points: Items[Point]) -> None:
        """From now on exactly these points wait for `target`."""
        with writing(self._engine) as connection:
            publications.replace_outbox(connection, target, points)


@dataclass(frozen=True, kw_only=True)
class StoredFacts:
    """model.source.Known over a store: reads when it is asked."""

    store: Store
    source: str
    scope: str
    kinds: Mapping[str, RecordKind]

    def coverage(self, kind: str) -> dict[str, Coverage]:
        """Day -> coverage of `kind`; empty when it was never read."""
        return self.store.read_coverage(self.source, scope=self.scope).get(kind, {})

    def records(self, kind: str, *, since: datetime) -> pd.DataFrame:
        """Records of `kind` alive at or after `since`, as read_records gives them. Raises ContractError."""
        if kind not in self.kinds:
            raise ContractError(f"{kind} is not a kind of {self.source}")
        return self.store.read_records(self.kinds[kind], scope=self.scope, since=since)
