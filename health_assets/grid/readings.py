"""Rows of the frames to Readings, with what the last collection has to say about a reading that is missing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from health_assets.grid.model import Reading
from health_assets.grid.wording import instant_text
from health_assets.model.fom import Fom
from health_assets.model.metric import Evidence
from health_assets.model.observation import Collection
from health_assets.model.reason import Reason
from health_assets.model.time import Day


def reading_of(
    fom: Fom,
    scope: str,
    *,
    score: Mapping[str, Any] | None,
    observation: Mapping[str, Any],
    evidence: tuple[Evidence, ...],
) -> Reading:
    """The reading of one scope and day; without a score row it is `not_collected`.

    score, observation: one row each of the frames that GridInput describes.
    """
    if score is None:
        return Reading(scope=scope, score=None, value=None, reason=Reason.NOT_COLLECTED)
    known, reason = _number(score["score"]), _text(score["reason"])
    detail = _text(observation.get("detail")) or ""
    if known is not None and score["row_hash"] != fom.row_hash:
        # the row was edited since: its formula and condition do not belong to this number any more
        known, reason, detail = None, Reason.STALE.value, "scored by an earlier version of this row; score it again"
    total, samples = _number(observation.get("evidence_total")), _number(observation.get("samples"))
    return Reading(
        scope=scope,
        score=known,
        value=_number(score["value"]) if known is not None else None,
        reason=None if reason is None else Reason(reason),
        detail=detail,
        samples=None if samples is None else int(samples),
        as_of=None if pd.isna(score["as_of"]) else pd.Timestamp(score["as_of"]).to_pydatetime(),
        evidence=evidence,
        evidence_total=len(evidence) if total is None else int(total),
    )


def after_attempt(reading: Reading, attempt: Collection, *, day: Day, zone: ZoneInfo) -> Reading:
    """The reading, and where it is missing because `attempt` on that day failed, with the failure in its detail.

    A failing source writes no observation, so that only its collection knows why there is none: `not_collected`
    becomes `source_failed`, `stale` stays what it is.
    """
    if attempt.day != day.key or reading.reason not in (Reason.NOT_COLLECTED, Reason.STALE):
        return reading
    # a failure of the source as a whole has no scope
    failures = [failure for failure in attempt.failures if failure[0] in (reading.scope, "")]
    if not failures:
        return reading
    _, cause, message = failures[0]
    tried = f"the collection of {instant_text(attempt.started_at, zone)} failed ({cause}): {message}"
    reason = Reason.SOURCE_FAILED if reading.reason is Reason.NOT_COLLECTED else reading.reason
    return replace(reading, reason=reason, detail=f"{reading.detail}; {tried}" if reading.detail else tried)


def _number(cell: Any) -> float | None:
    """A frame's cell as a float; None for its kinds of missing. An infinity stays and is refused by Reading."""
    return None if cell is None or pd.isna(cell) else float(cell)


def _text(cell: Any) -> str | None:
    return str(cell) if isinstance(cell, str) and cell else None
