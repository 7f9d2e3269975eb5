"""Views over documents, as the store would give them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from health_assets.model.metric import Measurement
from health_assets.model.record import Column, Record, RecordKind
from health_assets.model.source import Source
from health_assets.model.time import day_at
from health_assets.sources.view import View
from health_assets.store.frames import series
from health_assets_tests.sources.results.documents import recorded


def frame_of(kind: RecordKind, records: Iterable[Record]) -> pd.DataFrame:
    """Records as the store returns them."""
    rows = list(records)
    columns = {name: series([row.data[name] for row in rows], typed) for name, typed in kind.columns.items()}
    columns["key"] = series([row.key for row in rows], Column.TEXT)
    return pd.DataFrame(columns)


def view_over(frames: Mapping[str, pd.DataFrame], *, settings: Any, at: datetime) -> View:
    """A view as of `at` on the day that ends with it or holds it."""
    day = day_at(at - timedelta(microseconds=1), ZoneInfo("UTC"))
    return View(day=day, at=at, scope="test", frames=frames, settings=settings)


def view_of(kind: RecordKind, documents: Iterable[dict[str, Any]], *, settings: Any, at: datetime) -> View:
    """A view of the documents' records."""
    records = [recorded(document, name=f"{place}.json") for place, document in enumerate(documents)]
    return view_over({kind.name: frame_of(kind, records)}, settings=settings, at=at)


def measured(source: Source, name: str, view: View) -> Measurement:
    """The metric of that name."""
    found = {metric.name: metric for family in source.families for metric in family.metrics}[name]
    assert found.measure is not None
    return found.measure(view)
