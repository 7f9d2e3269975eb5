"""Rows without code: `metric` is a query of a source instead of a metric's name, `reduce` makes one value of a day."""

from collections.abc import Mapping
from typing import Any

from health_assets.model.errors import CatalogueError
from health_assets.model.fom import Fom, Query, Reduce
from health_assets.model.names import query_metric

#: Sources that rows may ask queries, written `<source>:<query>`.
QUERIED = ("datadog",)
QUERY_KEYS = ("reduce", "unit")
#: Shown with the value where a row does not say what it counts.
DEFAULT_UNIT = "unit"


def asked_metric(entry: Mapping[str, Any], *, where: str) -> tuple[str, Query | None]:
    """(name of the metric, its query) of a catalogue entry; the query is None where `metric` is a name already.

    Raises CatalogueError for a query without `reduce`, and for `reduce` or `unit` without a query.
    """
    source, colon, text = entry["metric"].partition(":")
    if not colon or source.strip().lower() not in QUERIED:
        for key in QUERY_KEYS:
            if key in entry:
                hint = "remove it, or ask a query such as datadog:avg:system.load.1{*}"
                raise CatalogueError(f"{where}: {key}: belongs to a row that asks a query", hint=hint)
        return entry["metric"], None
    if not text.strip():
        hint = "write it like datadog:avg:system.load.1{*}"
        raise CatalogueError(f"{where}: metric: there is no query after {source}:", hint=hint)
    unit = entry.get("unit", DEFAULT_UNIT)
    if not isinstance(unit, str) or not unit.strip():
        raise CatalogueError(f"{where}: unit: {unit!r} is not text", hint="name one of what is counted, like request")
    query = Query(text=" ".join(text.split()), reduce=_reduce(entry, where=where), unit=unit.strip())
    name = query_metric(entry["name"], source=source.strip().lower(), fingerprint=query.fingerprint)
    return name, query


def as_written(fom: Fom) -> dict[str, str]:
    """The keys of a row's query as a catalogue entry has them; empty for a row without one."""
    if fom.query is None:
        return {}
    source = fom.metric.partition(".")[0]
    return {"metric": f"{source}:{fom.query.text}", "reduce": fom.query.reduce.value, "unit": fom.query.unit}


def _reduce(entry: Mapping[str, Any], *, where: str) -> Reduce:
    choices = ", ".join(Reduce)
    if "reduce" not in entry:
        hint = f"say how the points of a day become its value: {choices}"
        raise CatalogueError(f"{where}: reduce: is missing", hint=hint)
    try:
        return Reduce(entry["reduce"])
    except ValueError:
        raise CatalogueError(f"{where}: reduce: there is no {entry['reduce']!r}", hint=f"choose {choices}") from None
