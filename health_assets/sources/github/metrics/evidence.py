"""Records as evidence: label, link, instant and a note, in the order in which a person should look at them."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from health_assets.model.metric import EVIDENCE_LIMIT, Evidence, Measurement

TITLE_LIMIT = 80

Row = Any
"""A named tuple of a frame's row."""


def known_text(value: Any) -> str:
    """Text of a column, empty when unknown."""
    return "" if pd.isna(value) else str(value)


def numbered(row: Row) -> str:
    """Label of a pull request or an issue: number and title."""
    return f"#{row.number} {known_text(row.title)[:TITLE_LIMIT]}".rstrip()


def commit_label(row: Row) -> str:
    """Label of a commit: short sha and subject."""
    return f"{row.sha[:7]} {known_text(row.subject)[:TITLE_LIMIT]}".rstrip()


def run_label(row: Row) -> str:
    """Label of a workflow run: workflow, number, and the attempt when it was run again."""
    again = f" (attempt {row.attempt})" if row.attempt > 1 else ""
    return f"{known_text(row.workflow)[:TITLE_LIMIT]} #{row.run_id}{again}".lstrip()


def no_note(_: Row) -> str:
    """Nothing to add to the label."""
    return ""


def evidence(
    frame: pd.DataFrame, *, label: Callable[[Row], str], at: str, note: Callable[[Row], str] = no_note
) -> list[Evidence]:
    """The first EVIDENCE_LIMIT rows of `frame`; `at` names the column of their instant."""
    return [
        Evidence(
            label=label(row),
            url=known_text(row.url),
            at=None if pd.isna(getattr(row, at)) else getattr(row, at).to_pydatetime(),
            note=note(row),
        )
        for row in frame.head(EVIDENCE_LIMIT).itertuples(index=False)
    ]


def counted(
    frame: pd.DataFrame, *, samples: int, label: Callable[[Row], str], at: str, note: Callable[[Row], str] = no_note
) -> Measurement:
    """The number of rows, with the first of them as evidence. samples: how many records were looked at."""
    shown = evidence(frame, label=label, at=at, note=note)
    return Measurement.of(len(frame), samples=samples, evidence=shown, total=len(frame))
