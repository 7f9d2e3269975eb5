"""Points as bodies of POST /api/v2/series, each under both size limits of the intake."""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from health_assets.model.publication import Point

#: Limits of the intake: bytes of a request as sent, and of the body it unpacks to. The tenth that is left is for what
#: the client adds to each series.
COMPRESSED_BYTES = int(512_000 * 0.9)
BODY_BYTES = int(5_242_880 * 0.9)

#: Datadog's number for a gauge.
GAUGE = 3

Series = dict[str, Any]


def batches(points: Sequence[Point], *, units: Mapping[str, str] | None = None) -> Iterator[list[Series]]:
    """Series bodies in batches that fit; the points of one series stay together and in time order."""
    series = [
        {
            "metric": metric,
            "type": GAUGE,
            "points": [{"timestamp": point.at, "value": point.value} for point in found],
            "tags": list(tags),
            **({"unit": units[metric]} if units and metric in units else {}),
        }
        for (metric, tags), found in groupby(sorted(points), key=lambda point: (point.metric, point.tags))
    ]
    return _fitting(series)


def sizes(series: Sequence[Series]) -> tuple[int, int]:
    """(bytes of the body, bytes of it as sent)."""
    body = json.dumps({"series": list(series)}, separators=(",", ":")).encode()
    return len(body), len(zlib.compress(body))


def _fitting(series: list[Series]) -> Iterator[list[Series]]:
    """Halves until each part fits; one series that does not is sent alone, and the intake says so."""
    if not series:
        return
    body, compressed = sizes(series)
    if len(series) == 1 or (body <= BODY_BYTES and compressed <= COMPRESSED_BYTES):
        yield series
        return
    half = len(series) // 2
    yield from _fitting(series[:half])
    yield from _fitting(series[half:])
