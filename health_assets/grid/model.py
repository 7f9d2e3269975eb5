"""The grid as data: what every renderer draws and none of them decides."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from health_assets.grid.colour import Colour, colour_of, score_text
from health_assets.grid.wording import REASON_CODE
from health_assets.model.fom import Fom
from health_assets.model.metric import Evidence
from health_assets.model.observation import Collection
from health_assets.model.reason import Reason
from health_assets.model.time import Day


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One scope on one day: a score with its value, or the reason why there is none.

    Labels, notes and details of evidence come from outside: renderers escape them.
    """

    scope: str
    score: float | None
    value: float | None
    reason: Reason | None
    detail: str = ""
    samples: int | None = None
    as_of: datetime | None = None
    evidence: tuple[Evidence, ...] = ()
    evidence_total: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError for a score outside [0, 1], and unless exactly one of score and reason is there."""
        colour_of(self.score)
        if (self.score is None) == (self.reason is None):
            raise ValueError(f"scope {self.scope!r}: score {self.score!r} with reason {self.reason!r}")

    @property
    def colour(self) -> Colour:
        """By the one rule."""
        return colour_of(self.score)

    @property
    def text(self) -> str:
        """What stands in the cell: the score with two decimals, or the short code of the reason."""
        if self.score is not None:
            return score_text(self.score)
        return REASON_CODE[self.reason] if self.reason else ""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One FoM on one day. `shown` is the reading that decides the cell, one of `scopes`."""

    day: Day
    shown: Reading
    scopes: tuple[Reading, ...]
    provisional: bool

    @property
    def colour(self) -> Colour:
        """Colour of the deciding reading."""
        return self.shown.colour


@dataclass(frozen=True, kw_only=True)
class Row:
    """One FoM with the unit and definition of its metric, its formula in words, and a cell for each day of the grid."""

    fom: Fom
    source: str
    unit: str
    definition: str
    formula: str
    cells: tuple[Cell, ...]

    @property
    def latest(self) -> Cell:
        """The cell of the last day."""
        return self.cells[-1]


@dataclass(frozen=True, kw_only=True)
class SourceStatus:
    """A source and its last collection; None = never collected."""

    source: str
    collection: Collection | None

    @property
    def ok(self) -> bool:
        """True when the last collection read everything."""
        return self.collection is not None and self.collection.ok


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Rows by category, days oldest first. `sandbox` = the numbers are those of local stand-ins.

    stale_after: the age from which a value is not shown; a page that is not replaced goes by it in the browser.
    """

    title: str
    rows: tuple[Row, ...]
    days: tuple[Day, ...]
    generated_at: datetime
    stale_after: timedelta
    zone: ZoneInfo
    sandbox: bool
    sources: tuple[SourceStatus, ...]

    def by_category(self) -> Iterator[tuple[str, tuple[Row, ...]]]:
        """Categories in the order of the rows."""
        for category, rows in groupby(self.rows, key=lambda row: row.fom.category):
            yield category, tuple(rows)

    def counts(self) -> dict[Colour, int]:
        """How many rows have which colour on the last day; every colour is a key."""
        colours = [row.latest.colour for row in self.rows]
        return {colour: colours.count(colour) for colour in Colour}

    def attention(self) -> tuple[Row, ...]:
        """Rows that are not green on the last day: the worst score first, then those without one."""
        scored = [(row.latest.shown.score, row) for row in self.rows if row.latest.colour is not Colour.GREEN]
        known = sorted(((score, row) for score, row in scored if score is not None), key=lambda pair: pair[0])
        return tuple(row for _, row in known) + tuple(row for score, row in scored if score is None)

    def reasons(self) -> tuple[Reason, ...]:
        """Reasons that occur in the grid, in the order of the enum."""
        found = {cell.shown.reason for row in self.rows for cell in row.cells}
        return tuple(reason for reason in Reason if reason in found)
