"""The past as a measure sees it: records of one scope as of T.

A View hides the store, the clock and the other scopes. Whatever happened after T must be ignored by the measure
itself, because a record read later carries later facts too (a pull request closed today was open yesterday).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from health_assets.model.time import Day


@dataclass(frozen=True, kw_only=True)
class View:
    """Records of one scope as of `at`.

    frames: kind -> DataFrame of the kind's columns (times as datetime64[us, UTC], JSON columns as Python lists).
    at: T, an aware UTC instant: the end of `day`, or the last capture of a day that still runs.
    settings: the source's settings object.
    """

    day: Day
    at: datetime
    scope: str
    frames: Mapping[str, pd.DataFrame]
    settings: Any

    def records(self, kind: str) -> pd.DataFrame:
        """All known records of `kind`, whenever they happened."""
        return self.frames[kind]

    def within(self, frame: pd.DataFrame, column: str, window: timedelta) -> pd.DataFrame:
        """Rows whose instant in `column` lies in (T - window, T]; unknown instants are in no window."""
        instants = frame[column]
        return frame[(instants > self.at - window) & (instants <= self.at)]
