"""Whatever GitHub answers: nothing stored is lost, no row gains score, the failure is told, a good tick repairs it."""

import io
import logging
import shutil
import socket
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from health_assets.grid.model import Grid
from health_assets.model.observation import Collection
from health_assets.model.reason import Reason
from health_assets.pipeline.grid import load_grid
from health_assets.pipeline.publish import publish_page
from health_assets.pipeline.refresh import refresh
from health_assets.pipeline.runtime import Runtime
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.pipeline.fault_cases import CASES, DEADLINE, SLACK, TOKEN, TOKEN_VARIABLE, Case
from health_assets_tests.pipeline.outages import (
    DAY,
    HOUR,
    MORNING,
    Clock,
    Dump,
    Observed,
    adapted,
    differences,
    gains,
    observed,
)
from health_assets_tests.worlds import REPOSITORY, runtime_for


@dataclass
class Account:
    """What was stored and shown around two failing ticks, one on the day of a good one and one on the next day."""

    case: Case
    before: Dump
    grid_before: Grid
    collections: list[Collection] = field(default_factory=list)
    dumps: list[Dump] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    own_health: list[dict[str, float]] = field(default_factory=list)
    stale_grid: Grid | None = None
    repaired: Observed = field(default_factory=dict)
    traces: str = ""


@pytest.fixture(scope="module", params=CASES)
def account(
    request: pytest.FixtureRequest,
    server: SandboxServer,
    good_store: Path,
    clock: Clock,
    tmp_path_factory: pytest.TempPathFactory,
) -> Account:
    file = Path(shutil.copy(good_store, tmp_path_factory.mktemp("outage")))
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    try:
        with runtime_for(server.url, store=file, clock=clock, token={"env": TOKEN_VARIABLE}) as opened:
            return suffer(CASES[request.param], adapted(opened), server=server, clock=clock, log=log)
    finally:
        logging.getLogger().removeHandler(handler)
        server.faults.clear()


def suffer(case: Case, runtime: Runtime, *, server: SandboxServer, clock: Clock, log: io.StringIO) -> Account:
    """A failing tick at MORNING + 1 h, none until + 5 h, a failing one on the next day, and then a good one."""
    clock.now = MORNING + HOUR
    account = Account(case, before=Dump.of(runtime), grid_before=load_grid(runtime, days=runtime.days(2)))
    troubled = broken(case, runtime, server=server)
    for instant in (MORNING + HOUR, MORNING + DAY):
        clock.now = instant
        account.collections.append(refresh(troubled, days=troubled.days(1))["github"].collection)
        account.dumps.append(Dump.of(runtime))
        account.grids.append(load_grid(runtime, days=runtime.days(2)))
        account.own_health.append(own_health(runtime))
        if instant < MORNING + DAY:
            clock.now = MORNING + 5 * HOUR
            account.stale_grid = load_grid(runtime)
    page = publish_page(runtime, account.grids[-1])
    published = "".join(file.read_text() for file in page.iterdir())
    account.traces = f"{log.getvalue()}{published}{account.dumps}{account.collections}"
    server.faults.clear()
    clock.now = MORNING + DAY + HOUR
    refresh(runtime, days=runtime.days(1))
    account.repaired = observed(runtime)
    return account


def broken(case: Case, runtime: Runtime, *, server: SandboxServer) -> Runtime:
    """The runtime with little patience, and its server with the fault."""
    if case.fault is not None:
        server.faults.add(case.fault)
        return adapted(runtime, deadline_seconds=DEADLINE)
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        deserted = f"http://127.0.0.1:{listener.getsockname()[1]}"
    return adapted(runtime, deadline_seconds=DEADLINE, api_url=deserted)


def own_health(runtime: Runtime) -> dict[str, float]:
    """collector.github.* of today."""
    frame = runtime.store.read_observations(days=[runtime.day().key])
    own = frame[frame["metric"].str.startswith("collector.")]
    return {name.rsplit(".", 1)[1]: value for name, value in zip(own["metric"], own["value"], strict=True)}


def test_a_failing_collection_ends_within_its_deadline(account: Account) -> None:
    assert [False, False] == [attempt.ok for attempt in account.collections]
    assert max(attempt.duration_seconds for attempt in account.collections) < DEADLINE + SLACK


def test_a_failure_names_the_repository_what_failed_and_what_to_do(account: Account) -> None:
    for attempt in account.collections:
        ((scope, cause, message),) = attempt.failures
        assert (REPOSITORY, account.case.cause) == (scope, cause)
        assert REPOSITORY in message
        assert account.case.says in message


def test_a_failing_tick_changes_nothing_stored(account: Account) -> None:
    assert account.before == account.dumps[0]


def test_a_failing_tick_on_a_new_day_changes_nothing_of_the_days_before(account: Account) -> None:
    assert [] == account.before.lost_or_changed(account.dumps[1])


def test_no_row_gains_score_by_a_failure(account: Account) -> None:
    assert [] == [gain for grid in account.grids for gain in gains(account.grid_before, grid)]


def test_a_day_on_which_nothing_was_collected_is_grey_with_the_failure(account: Account) -> None:
    ((_, _, message),) = account.collections[-1].failures
    for row in account.grids[-1].rows:
        assert Reason.SOURCE_FAILED == row.latest.shown.reason
        assert message in row.latest.shown.detail


def test_what_was_measured_before_the_failure_turns_stale(account: Account) -> None:
    assert account.stale_grid is not None
    assert {Reason.STALE} == {row.latest.shown.reason for row in account.stale_grid.rows}


def test_a_failing_collection_records_its_own_health(account: Account) -> None:
    for own in account.own_health:
        assert own["error_count"] >= 1
        assert own["request_count"] > 0
        assert own["metric_count"] == 0


def test_the_next_good_tick_repairs_everything(account: Account, clean: Observed) -> None:
    assert {} == differences(clean, account.repaired)


def test_the_token_is_nowhere_to_be_found(account: Account) -> None:
    assert TOKEN not in account.traces
