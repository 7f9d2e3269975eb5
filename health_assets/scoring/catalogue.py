"""The catalogue of Figures of Merit: catalogue.yaml plus what health.yaml changes, checked row by row."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from health_assets.model.errors import CatalogueError
from health_assets.model.fom import Fom
from health_assets.model.names import FOM_NAME, METRIC_NAME
from health_assets.scoring.points import parse_points
from health_assets.scoring.queries import QUERY_KEYS, as_written, asked_metric
from health_assets.scoring.sources import METRIC_ROOTS, source_of
from health_assets.scoring.unique_yaml import load_unique_yaml

CATALOGUE = Path(__file__).with_name("catalogue.yaml")
CATEGORIES = ("Training", "CI/CD", "Eval", "Additional")

_REQUIRED = ("label", "category", "metric", "points")
_FILE_KEYS = ("name", *_REQUIRED, *QUERY_KEYS, "condition", "why")
_CHANGE_KEYS = ("label", "points", "condition", "why", "order", "enabled")
_ADD_KEYS = (*_REQUIRED, *QUERY_KEYS, "condition", "why", "order", "enabled")


def load_catalogue(
    *,
    known_metrics: Collection[str] | None,
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
    file: Path | None = None,
    overrides_origin: str = "health.yaml",
) -> tuple[Fom, ...]:
    """Every row, in the order of the grid: by category, then by `order`, which defaults to the place in the file.

    known_metrics: names of all declared metrics; None skips the check. A row of a source without any known metric is
    kept, since its source may be one that this installation does not have.
    overrides: FoM name -> keys to change, or a whole new row. Rows with `enabled: false` stay in, marked so.
    Raises CatalogueError that names file, row and key, and says what to do.
    """
    origin = "catalogue.yaml" if file is None else str(file)
    entries = _read_entries(CATALOGUE if file is None else file, origin=origin)
    placed = [
        (float(place), 1, _fom(entry, keys=_FILE_KEYS, where=f"{origin}: {_row_name(entry, place)}"))
        for place, entry in enumerate(entries, start=1)
    ]
    _reject_duplicates([fom for _, _, fom in placed], origin=origin)
    _check_metrics([fom for _, _, fom in placed], known_metrics=known_metrics, origin=origin)
    bases = {fom.name: (place, fom) for place, _, fom in placed}
    own = {
        name: _overridden(name, change, bases=bases, where=f"{overrides_origin}: foms.{name}")
        for name, change in (overrides or {}).items()
    }
    added = [fom for _, _, fom in own.values() if fom.name not in bases]
    _check_metrics(added, known_metrics=known_metrics, origin=overrides_origin)
    rows = [row for row in placed if row[2].name not in own] + list(own.values())
    rows.sort(key=lambda row: (CATEGORIES.index(row[2].category), row[0], row[1]))
    return tuple(fom for _, _, fom in rows)


def rows_of(foms: Collection[Fom], *, sources: Collection[str]) -> tuple[Fom, ...]:
    """The rows to score and show: switched on, and measured by one of `sources`; order kept."""
    return tuple(fom for fom in foms if fom.enabled and source_of(fom.metric) in sources)


def _read_entries(file: Path, *, origin: str) -> list[Any]:
    try:
        entries = load_unique_yaml(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CatalogueError(f"{origin}: cannot be read: {error.strerror}", hint="check the path") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{origin}: {error}", hint="correct the YAML at that place") from error
    if not isinstance(entries, list) or not entries:
        raise CatalogueError(f"{origin}: holds no rows", hint="write a list of rows, each starting with - name:")
    return entries


def _row_name(entry: Any, place: int) -> str:
    named = isinstance(entry, Mapping) and isinstance(entry.get("name"), str)
    return str(entry["name"]) if named else f"row {place}"


def _fom(entry: Any, *, keys: Collection[str], where: str) -> Fom:
    _check_keys(entry, keys=keys, where=where)
    for key in ("name", *_REQUIRED):
        if key not in entry:
            raise CatalogueError(f"{where}: {key}: is missing", hint=f"a row needs name, {', '.join(_REQUIRED)}")
    for key in ("name", "label", "category", "metric", "condition", "why"):
        if key in entry and (not isinstance(entry[key], str) or not entry[key].strip()):
            raise CatalogueError(f"{where}: {key}: {entry[key]!r} is not text", hint="put the text in quotes")
    if FOM_NAME.fullmatch(entry["name"]) is None:
        hint = "small letters, digits and _ only, like health.ci.stale_prs.fom"
        raise CatalogueError(f"{where}: name: not of the form health.<area>.<name>.fom", hint=hint)
    if entry["category"] not in CATEGORIES:
        hint = _suggestion(entry["category"], CATEGORIES)
        raise CatalogueError(f"{where}: category: there is no category {entry['category']!r}", hint=hint)
    enabled = entry.get("enabled", True)
    if not isinstance(enabled, bool):
        raise CatalogueError(f"{where}: enabled: {enabled!r} is not true or false", hint="write true or false")
    try:
        points = parse_points(entry["points"])
    except ValueError as error:
        hint = 'write them like "0:1 30:0" or [[0, 1], [30, 0]]'
        raise CatalogueError(f"{where}: points: {error}", hint=hint) from error
    metric, query = asked_metric(entry, where=where)
    texts = {key: entry[key] for key in ("name", "label", "category")}
    optional = {key: entry.get(key, "") for key in ("condition", "why")}
    return Fom(**texts, **optional, metric=metric, points=points, enabled=enabled, query=query)


def _overridden(
    name: str, change: Any, *, bases: Mapping[str, tuple[float, Fom]], where: str
) -> tuple[float, int, Fom]:
    """(order, rank among equals, row): an overridden row comes before the row whose place it asks for."""
    place, base = bases.get(name, (float(len(bases) + 1), None))
    allowed = _ADD_KEYS if base is None else _CHANGE_KEYS
    _check_keys(change, keys=allowed, where=where)
    close = get_close_matches(name, bases, n=1, cutoff=0.8)
    if base is None and close and not {"metric", "category"} & set(change):
        raise CatalogueError(f"{where}: there is no such row", hint=f"did you mean {close[0]}?")
    order = change.get("order", place)
    if isinstance(order, bool) or not isinstance(order, int | float) or not abs(order) < float("inf"):
        raise CatalogueError(f"{where}: order: {order!r} is not a number", hint="1 is the first row of the catalogue")
    entry = {} if base is None else _entry(base)
    entry |= {"name": name} | {key: value for key, value in change.items() if key != "order"}
    return float(order), 0 if "order" in change else 1, _fom(entry, keys=(*_ADD_KEYS, "name"), where=where)


def _entry(base: Fom) -> dict[str, Any]:
    texts = {key: getattr(base, key) for key in ("label", "category", "metric", "condition", "why")}
    return {key: text for key, text in texts.items() if text} | {"points": base.points} | as_written(base)


def _check_keys(entry: Any, *, keys: Collection[str], where: str) -> None:
    if not isinstance(entry, Mapping):
        raise CatalogueError(f"{where}: expected keys and values", hint=f"keys are {', '.join(keys)}")
    for key in entry:
        if key not in keys:
            raise CatalogueError(f"{where}: {key}: cannot be set here", hint=_suggestion(str(key), keys))


def _reject_duplicates(foms: Collection[Fom], *, origin: str) -> None:
    seen: set[str] = set()
    for fom in foms:
        if fom.name in seen:
            raise CatalogueError(f"{origin}: {fom.name}: name: appears twice", hint="rename or remove one of the rows")
        seen.add(fom.name)


def _check_metrics(foms: Collection[Fom], *, known_metrics: Collection[str] | None, origin: str) -> None:
    known_sources = {source_of(metric) for metric in known_metrics or ()}
    for fom in foms:
        if fom.query is not None:
            continue
        where = f"{origin}: {fom.name}: metric: {fom.metric!r}"
        if METRIC_NAME.fullmatch(fom.metric) is None:
            raise CatalogueError(f"{where} is not a metric name", hint="like github.prs.stale_count_14d")
        source = source_of(fom.metric)
        if source is None:
            hint = _suggestion(fom.metric, known_metrics or METRIC_ROOTS)
            raise CatalogueError(f"{where} belongs to no source", hint=hint)
        if known_metrics is not None and source in known_sources and fom.metric not in known_metrics:
            raise CatalogueError(f"{where} is not measured", hint=_suggestion(fom.metric, known_metrics))


def _suggestion(word: str, choices: Collection[str]) -> str:
    close = get_close_matches(word, choices, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]}?"
    return f"choose from {', '.join(sorted(choices)[:12])}{', ...' if len(choices) > 12 else ''}"
