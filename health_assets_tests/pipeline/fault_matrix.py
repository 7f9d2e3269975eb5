"""Every client fault on every source but GitHub (which test_no_false_green.py has), and what came of each.

A good tick, on the next day one during the fault, and a good one after it, beside a store that never saw a fault.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from health_assets.model.observation import Collection
from health_assets.pipeline.grid import load_grid
from health_assets.pipeline.refresh import refresh
from health_assets.sandbox.demo import SERVICES
from health_assets.sandbox.ec2.demo import REGION, demo_region
from health_assets.sandbox.ec2.demo import demo_routes as ec2
from health_assets.sandbox.ec2.service import routes as ec2_routes
from health_assets.sandbox.results.demo import FOLDER, write_results
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.pipeline.demo_stage import (
    AFTERNOON,
    DAY,
    HOUR,
    RESULTS,
    Clock,
    DemoStage,
    Observed,
    differences,
    observed,
    switched_off,
)
from health_assets_tests.pipeline.dialects import DIALECTS
from health_assets_tests.pipeline.matrix_cases import CASES, DAMAGES
from health_assets_tests.pipeline.outages import Dump

FAULTY, REPAIRED = AFTERNOON + DAY, AFTERNOON + DAY + HOUR
#: Seconds that a collection is given; wandb-core knows whole seconds only and repeats once.
DEADLINES = {"wandb": 3.0}
DEADLINE = 1.0
#: Objects a page, small enough for the demo's listings to go on.
PAGE = 50
#: Sources whose ticks read one page of changes: only the first reading, into an empty store, has several.
BRIEF = {"wandb"}
CHANGES: Mapping[str, Mapping[str, Any]] = {"kubernetes": {"page_size": PAGE}}
Cells = Mapping[str, tuple[float | None, str]]
"""Row -> score and colour of today's cell."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a tick left: today's observations and cells, and the observations of the day before."""

    collection: Collection
    today: Observed
    yesterday: Observed
    cells: Cells


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a fault: what was known before, the tick during it beside the truth, what the next left wrong."""

    source: str
    fault: str
    before: Observed
    truth: Seen
    found: Seen
    unrepaired: Mapping[tuple[str, str, str], object]

    @property
    def lost(self) -> list[str]:
        """Rows whose cell has no score and should have one."""
        return [fom for fom, (score, _) in self.truth.cells.items() if self.found.cells[fom][0] is None is not score]

    @property
    def wrong(self) -> list[str]:
        """Rows whose cell has a colour that is not the true one."""
        shown = {fom: colour for fom, (score, colour) in self.found.cells.items() if score is not None}
        return [fom for fom, colour in shown.items() if colour != self.truth.cells[fom][1]]

    @property
    def better(self) -> list[str]:
        """Rows whose cell has a better score than the true one."""
        scores = {fom: score for fom, (score, _) in self.found.cells.items() if score is not None}
        return [fom for fom, score in scores.items() if (true := self.truth.cells[fom][0]) is None or score > true]


class Matrix:
    """The demo's services but GitHub at work, and for each source what it is without any fault."""

    def __init__(self, stage: DemoStage, folder: Path) -> None:
        self.stage, self.folder = stage, folder
        self._clean: dict[str, tuple[Path, Observed, Seen, Seen]] = {}
        self._repairs: dict[tuple[str, ...], Observed] = {}

    def outcome(self, source: str, fault: str) -> Outcome:
        """Ticks of one source around a fault."""
        good, before, truth, afterwards = self._without_faults(source)
        case = CASES[fault]
        file = self.folder / f"{source}, {fault}.db"
        if case is not None and case.paged and source in BRIEF:
            before = {}
        else:
            shutil.copy(good, file)
        struck = self._folder_struck if source in RESULTS else self._service_struck
        with struck(source, fault) as changes:
            found = self._tick(source, file, at=FAULTY, changes=changes)
        unrepaired = differences(afterwards.today, self._repaired(source, file))
        if source in RESULTS and DAMAGES[fault] is not None:
            truth = self._left_out(source, good)
        return Outcome(source=source, fault=fault, before=before, truth=truth, found=found, unrepaired=unrepaired)

    def _without_faults(self, source: str) -> tuple[Path, Observed, Seen, Seen]:
        """The store after the good tick, what that one saw, and what the next two see without any fault."""
        if source not in self._clean:
            good, clean = self.folder / f"{source}, good.db", self.folder / f"{source}, clean.db"
            before = self._tick(source, good, at=AFTERNOON).today
            shutil.copy(good, clean)
            seen = [self._tick(source, clean, at=at) for at in (FAULTY, REPAIRED)]
            self._clean[source] = (good, before, seen[0], seen[1])
        return self._clean[source]

    def _left_out(self, source: str, good: Path) -> Seen:
        """The tick during the fault if the spoiled documents did not exist: they are left out and named."""
        documents_until(AFTERNOON)
        return self._tick(source, Path(shutil.copy(good, self.folder / "left out.db")), at=FAULTY, changes={})

    def _repaired(self, source: str, file: Path) -> Observed:
        """What the next good tick sees. Stores with the same facts are repaired in the same way, so one of them is."""
        with self.stage.runtime(file, only=[source]) as runtime:
            facts = Dump.of(runtime).tables
        key = (source, *facts["records"], *facts["coverage"])
        if key not in self._repairs:
            self._repairs[key] = self._tick(source, file, at=REPAIRED).today
        return self._repairs[key]

    def _tick(self, source: str, file: Path, *, at: datetime, changes: Mapping[str, Any] | None = None) -> Seen:
        self.stage.clock.now = at
        if source in RESULTS and changes is None:
            documents_until(at)
        settings = {source: {**CHANGES.get(source, {}), **(changes or {})}}
        with self.stage.runtime(file, only=[source], changes=settings) as runtime:
            collection = refresh(runtime, days=runtime.days(1))[source].collection
            shown = {row.fom.name: row.latest.shown for row in load_grid(runtime).rows}
            yesterday, today = runtime.days(2)
            return Seen(
                collection=collection,
                today=observed(runtime, source, days=[today]),
                yesterday=observed(runtime, source, days=[yesterday]),
                cells={fom: (cell.score, cell.colour.value) for fom, cell in shown.items()},
            )

    @contextmanager
    def _service_struck(self, source: str, fault: str) -> Iterator[Mapping[str, Any]]:
        """The settings of a tick while a service answers with the fault."""
        deadline = {"deadline_seconds": DEADLINES.get(source, DEADLINE)}
        case = CASES[fault]
        if case is None:
            with switched_off(self.stage, source) as off:
                yield {**off[source], **deadline}
            return
        dialect = DIALECTS[source]
        self.stage.server.faults.add(case.fault(dialect), path=dialect.path, first=case.first)
        try:
            yield deadline
        finally:
            self.stage.server.faults.clear()

    @contextmanager
    def _folder_struck(self, source: str, fault: str) -> Iterator[Mapping[str, Any]]:
        """As _service_struck, for a folder: it is gone, or whatever came since the good tick is spoiled."""
        damage = DAMAGES[fault]
        if damage is None:
            with switched_off(self.stage, source) as off:
                yield off
            return
        documents_until(AFTERNOON)
        before = set(RESULTS[source].iterdir())
        write_results(FOLDER, now=FAULTY)
        for document in set(RESULTS[source].iterdir()) - before:
            document.write_text(damage(document.read_text()))
        yield {}


def documents_until(at: datetime) -> None:
    """The results of jobs that ended by then, and no others."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    write_results(FOLDER, now=at)


@contextmanager
def fault_matrix(folder: Path) -> Iterator[Matrix]:
    """The services at work, with short pages where they are not a setting, and results below `folder`."""
    clock = Clock(AFTERNOON)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        paged = ec2_routes({REGION: demo_region(REGION, now=AFTERNOON)}, clock=clock, page=PAGE)
        others = [route for service in SERVICES if service is not ec2 for route in service(clock)]
        with SandboxServer({}, now=clock, services=[*paged, *others]) as server:
            yield Matrix(DemoStage(server, clock), folder)
