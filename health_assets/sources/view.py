"""The past as a measure sees it: records of one scope as of T.

A View hides the store, the clock and the other scopes. Whatever happened after T must be ignored by the measure
itself, because a record read later carries later facts too (a pull request closed today was open yesterday).
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pandas as pd

from health_assets.model.time import Day

Prepared = TypeVar("Prepared")


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
    memo: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def records(self, kind: str) -> pd.DataFrame:
        """All known records of `kind`, whenever they happened."""
        return self.frames[kind]

    def within(self, frame: pd.DataFrame, column: str, window: timedelta) -> pd.DataFrame:
        """Rows whose instant in `column` lies in (T - window, T]; unknown instants are in no window."""
        instants = frame[column]
        return frame[(instants > self.at - window) & (instants <= self.at)]

    def once(self, prepare: Callable[..., Prepared], *args: Hashable) -> Prepared:
        """prepare(self, *args), computed once a view: metrics share it and must not change it."""
        key = (prepare, args)
        if key not in self.memo:
            self.memo[key] = prepare(self, *args)
        prepared: Prepared = self.memo[key]
        return prepared
