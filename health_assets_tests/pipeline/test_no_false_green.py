"""Whatever GitHub answers: nothing stored is lost, no row gains score, the failure is told, a good tick repairs it."""

import io
import logging
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from health_assets.grid.colour import Colour
from health_assets.grid.model import Grid
from health_assets.model.errors import Cause
from health_assets.model.metric import History
from health_assets.model.observation import Collection, Observation
from health_assets.model.reason import Reason
from health_assets.pipeline.collect import collect
from health_assets.pipeline.grid import load_grid
from health_assets.pipeline.publish import publish_page
from health_assets.pipeline.refresh import refresh
from health_assets.pipeline.runtime import Runtime
from health_assets.sandbox import faults
from health_assets.sandbox.exchange import Reply
from health_assets.sandbox.faults import Fault
from health_assets.sandbox.github.world import Comment, PullRequest, Repository
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.pipeline.outages import DAY, HOUR, MORNING, Dump, adapted, busy_repository, gains
from health_assets_tests.worlds import REPOSITORY, runtime_for

DEADLINE = 1.0
#: A deadline is kept by a thread's wake-up on a busy machine.
SLACK = 1.0
TOKEN = "ghs_t0psecret"
TOKEN_VARIABLE = "HEALTH_TEST_TOKEN"
OF_RUNS = "health.ci.failing_workflows.fom"


Observed = dict[tuple[str, str], Observation | None]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A fault of every request (None: nobody listens any more), and what has to be said about it."""

    fault: Fault | None
    cause: Cause
    says: str
    #: Later requests that the fault strikes too where it strikes nothing else; the first one of all is GraphQL's.
    parts: tuple[str, ...] = ("REST", "details")


CASES: Mapping[str, Case] = {
    "every request fails": Case(
        fault=faults.refused(500, f"no luck with {TOKEN}"), cause=Cause.SERVER_ERROR, says="HTTP 500"
    ),
    "401": Case(fault=faults.unauthorized(), cause=Cause.AUTHENTICATION, says="make a new one"),
    "404": Case(fault=faults.not_found(), cause=Cause.NOT_FOUND, says="check sources.github.repositories"),
    "403 primary limit": Case(fault=faults.quota_exhausted(), cause=Cause.RATE_LIMITED, says="the quota resets at"),
    "429": Case(fault=faults.too_many_requests(), cause=Cause.RATE_LIMITED, says="HTTP 429"),
    "GraphQL rate limit with 200": Case(
        fault=faults.graphql_rate_limited(), cause=Cause.RATE_LIMITED, says="RATE_LIMITED", parts=("details",)
    ),
    "GraphQL data beside errors": Case(
        fault=faults.graphql_partial(), cause=Cause.SERVER_ERROR, says="githubstatus.com", parts=("details",)
    ),
    "GraphQL page comes empty": Case(
        fault=faults.empty_page(), cause=Cause.INCOMPLETE, says="came short", parts=("details",)
    ),
    "502 with HTML": Case(fault=faults.bad_gateway(), cause=Cause.SERVER_ERROR, says="an HTML page"),
    "cut JSON": Case(fault=faults.cut_json(), cause=Cause.BAD_PAYLOAD, says="cut or broken"),
    "broken connection": Case(fault=faults.broken_connection(), cause=Cause.UNREACHABLE, says="the network"),
    "trickling body": Case(fault=faults.trickle(), cause=Cause.DEADLINE, says="deadline_seconds"),
    "slowness": Case(fault=faults.delayed(0.6), cause=Cause.DEADLINE, says="deadline_seconds", parts=()),
    "connection refused": Case(fault=None, cause=Cause.UNREACHABLE, says="sources.github.api_url", parts=()),
}
#: Close relatives of the above, which are only collected.
RELATIVES: Mapping[str, Case] = {
    "403 secondary limit": Case(fault=faults.secondary_limit(), cause=Cause.RATE_LIMITED, says="the next tick tries"),
    "429 for a minute": Case(fault=faults.too_many_requests(60), cause=Cause.RATE_LIMITED, says="HTTP 429"),
    "429 for no time": Case(fault=faults.too_many_requests(0), cause=Cause.RATE_LIMITED, says="HTTP 429"),
    "silence": Case(fault=faults.delayed(60), cause=Cause.DEADLINE, says="deadline_seconds"),
    "200 with HTML": Case(
        fault=faults.replying(Reply(200, {"content-type": "text/html"}, b"<html>sign in</html>")),
        cause=Cause.BAD_PAYLOAD,
        says="no proxy answers in its place",
    ),
}
PARTS: Mapping[str, Mapping[str, str]] = {
    "all": {},
    "REST": {"path": "/actions/runs"},
    "details": {"operation": "MergedDetails"},
}
PARTIAL = [
    *(pytest.param(case, part, id=f"{name} in {part}") for name, case in CASES.items() for part in case.parts),
    *(pytest.param(case, "all", id=name) for name, case in RELATIVES.items()),
]


@dataclass
class Clock:
    """The instant of the server's worlds and of the pipeline."""

    now: datetime = MORNING

    def __call__(self) -> datetime:
        return self.now


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


@pytest.fixture(scope="module", autouse=True)
def token() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(TOKEN_VARIABLE, TOKEN)
        yield


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def server(clock: Clock) -> Iterator[SandboxServer]:
    with SandboxServer({REPOSITORY: busy_repository(REPOSITORY, seed=1)}, now=clock) as running:
        yield running


@pytest.fixture(scope="module")
def good_store(server: SandboxServer, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store after a good tick at MORNING."""
    file = tmp_path_factory.mktemp("good") / "health.db"
    clock.now = MORNING
    with runtime_for(server.url, store=file, clock=clock, token={"env": TOKEN_VARIABLE}) as opened:
        runtime = adapted(opened)
        assert refresh(runtime, days=runtime.days(2))["github"].collection.ok
    return file


@pytest.fixture(scope="module")
def clean(server: SandboxServer, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Observed:
    """What a store that was collected once, after the outage, knows."""
    clock.now = MORNING + DAY + HOUR
    file = tmp_path_factory.mktemp("clean") / "health.db"
    with runtime_for(server.url, store=file, clock=clock, token={"env": TOKEN_VARIABLE}) as opened:
        runtime = adapted(opened)
        refresh(runtime, days=runtime.days(2))
        return observed(runtime)


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


def observed(runtime: Runtime) -> Observed:
    """Observations of the reconstructible metrics of MORNING's day and the next one, evidence included."""
    declared = runtime.project.metrics().values()
    names = [metric.name for metric in declared if metric.history is History.RECONSTRUCTED]
    days = runtime.days(2, end=runtime.day(MORNING + DAY))
    read = runtime.store.read_observation
    return {(name, day.key): read(name, scope=REPOSITORY, day=day.key) for name in names for day in days}


def differences(expected: Observed, found: Observed) -> dict[tuple[str, str], object]:
    """What was expected and what was found, where they are not the same."""
    return {key: (seen, found[key]) for key, seen in expected.items() if seen != found[key]}


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


@pytest.mark.parametrize(("case", "part"), PARTIAL)
def test_a_fault_in_a_part_of_the_requests_fails_the_whole_collection(
    case: Case, part: str, server: SandboxServer, good_store: Path, clock: Clock, tmp_path: Path
) -> None:
    clock.now = MORNING + DAY
    with runtime_for(server.url, store=Path(shutil.copy(good_store, tmp_path)), clock=clock) as opened:
        before = Dump.of(opened)
        assert case.fault is not None
        server.faults.add(case.fault, **PARTS[part])
        attempt = collect(adapted(opened, deadline_seconds=DEADLINE), "github", days=opened.days(1)).collection
        server.faults.clear()
        ((scope, cause, message),) = attempt.failures
        assert (REPOSITORY, case.cause, True) == (scope, cause, case.says in message or part != "all")
        assert attempt.duration_seconds < DEADLINE + SLACK
        assert before == Dump.of(opened)


@pytest.mark.parametrize("times", [1, None])
def test_a_page_of_runs_missing_in_the_middle_is_read_another_way(
    times: int | None, server: SandboxServer, clock: Clock, clean: Observed, tmp_path: Path
) -> None:
    clock.now = MORNING + DAY + HOUR
    server.faults.add(faults.empty_page(), path="/actions/runs", when=faults.page_is(2), times=times)
    with runtime_for(server.url, store=tmp_path / "health.db", clock=clock) as opened:
        runtime = adapted(opened)
        refresh(runtime, days=runtime.days(2))
        server.faults.clear()
        assert {} == differences(clean, observed(runtime))


def test_runs_that_stay_away_truncate_the_day_until_they_are_back(
    server: SandboxServer, good_store: Path, clock: Clock, clean: Observed, tmp_path: Path
) -> None:
    clock.now = MORNING + DAY
    with runtime_for(server.url, store=Path(shutil.copy(good_store, tmp_path)), clock=clock) as opened:
        runtime = adapted(opened)
        grid = load_grid(runtime, days=runtime.days(2))
        server.faults.add(faults.empty_page(), path="/actions/runs")
        refresh(runtime, days=runtime.days(1))
        server.faults.clear()
        day = runtime.store.read_coverage("github", scope=REPOSITORY)["workflow_runs"][runtime.day().key]
        assert (True, "0 of ") == (day.truncated, day.detail[:5])
        assert [] == [gain for gain in gains(grid, load_grid(runtime, days=runtime.days(2))) if OF_RUNS in gain]
        clock.now = MORNING + DAY + HOUR
        refresh(runtime, days=runtime.days(1))
        assert {} == differences(clean, observed(runtime))


def test_a_failure_is_not_the_reason_why_days_before_were_never_collected(
    server: SandboxServer, clock: Clock, tmp_path: Path
) -> None:
    clock.now = MORNING
    with runtime_for(server.url, store=tmp_path / "health.db", clock=clock) as opened:
        runtime = adapted(opened, window_days=3)
        refresh(runtime, days=runtime.days(1))
        before = Dump.of(runtime)
        clock.now = MORNING + HOUR
        server.faults.add(faults.unauthorized())
        refresh(runtime, days=runtime.days(1))
        server.faults.clear()
        assert before == Dump.of(runtime)


def test_a_secret_that_is_not_set_fails_its_source_alone(
    server: SandboxServer, good_store: Path, clock: Clock, tmp_path: Path
) -> None:
    clock.now = MORNING + HOUR
    absent = {"env": "HEALTH_TEST_ABSENT"}
    with runtime_for(server.url, store=Path(shutil.copy(good_store, tmp_path)), clock=clock, token=absent) as opened:
        ((_, cause, message),) = collect(opened, "github", days=opened.days(1)).collection.failures
        assert Cause.AUTHENTICATION == cause
        assert "HEALTH_TEST_ABSENT is not set" in message


def test_a_nested_page_that_comes_empty_fails_the_collection(clock: Clock, tmp_path: Path) -> None:
    clock.now = MORNING
    talked = [Comment(MORNING - HOUR + timedelta(seconds=step)) for step in range(250)]
    pull = PullRequest(number=1, title="work", created_at=MORNING - DAY, comments=talked)
    with (
        SandboxServer({REPOSITORY: Repository(full_name=REPOSITORY, pulls=[pull])}, now=clock) as server,
        runtime_for(server.url, store=tmp_path / "health.db", clock=clock) as runtime,
    ):
        for empty in (faults.empty_page(), faults.changed(empty_comments)):
            server.faults.add(empty, operation="Rest")
            ((_, cause, message),) = collect(runtime, "github", days=runtime.days(1)).collection.failures
            assert (Cause.INCOMPLETE, True) == (cause, "PullRequest.comments is gone" in message)
            server.faults.clear()


def empty_comments(body: Any) -> None:
    body["data"]["nodes"][0]["comments"]["nodes"] = []


def test_of_two_repositories_the_one_that_answers_is_measured_and_the_cell_is_grey(
    clock: Clock, tmp_path: Path
) -> None:
    clock.now = MORNING
    other = "acme/orbit"
    worlds = {name: busy_repository(name, seed=seed) for seed, name in enumerate((REPOSITORY, other))}
    with (
        SandboxServer(worlds, now=clock) as server,
        runtime_for(server.url, store=tmp_path / "health.db", clock=clock) as opened,
    ):
        runtime = adapted(opened, repositories=(REPOSITORY, other))
        assert refresh(runtime, days=runtime.days(2))["github"].collection.ok
        before = load_grid(runtime)
        clock.now = MORNING + DAY
        del worlds[REPOSITORY]
        attempt = refresh(runtime, days=runtime.days(1))["github"].collection
        assert [(REPOSITORY, Cause.NOT_FOUND)] == [(scope, cause) for scope, cause, _ in attempt.failures]
        today = runtime.store.read_observations(scopes=[other], days=[runtime.day().key])
        assert {clock.now} == set(today.loc[today["value"].notna(), "as_of"])
        grid = load_grid(runtime)
        for row in grid.rows:
            failed, answered = row.latest.scopes
            assert Reason.SOURCE_FAILED == failed.reason
            # ADR 0006: red cannot get better by what is unknown, anything else could be worse in truth
            assert (answered if Colour.RED == answered.colour else failed) == row.latest.shown
        assert len(before.rows) == len(grid.rows)
