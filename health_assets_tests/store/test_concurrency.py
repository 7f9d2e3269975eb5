from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier

import pytest

from health_assets.model.errors import StoreError
from health_assets.store.engine import create, parse_url, writing
from health_assets.store.store import Store
from health_assets_tests.store.facts import DAY, KINDS, SCOPE, THINGS, T, batch, observation, thing

ROUNDS = 15
SHARED = 20


def write_things(store: Store, writer: int) -> None:
    """Writes keys of its own, and ever newer versions of keys that the other writer has too, in the other order."""
    keys = range(SHARED) if writer else range(SHARED)[::-1]
    for turn in range(ROUNDS):
        shared = [thing(f"shared-{key}", version=f"{turn:03}-{writer}", size=turn) for key in keys]
        store.write_batch("lab", batch(*shared, thing(f"own-{writer}-{turn}")), kinds=KINDS, seen_at=T)


def write_values(store: Store, writer: int) -> None:
    """One writer knows the value, the other one's source fails; both write the same observations."""
    names = [f"lab.m{number}" for number in range(SHARED)]
    for turn in range(ROUNDS):
        value = float(turn) if writer else None
        store.write_observations([observation(value, metric=name) for name in names], keep_values=True)


def work(url: str, writer: int, write: Callable[[Store, int], None], start: Barrier) -> None:
    start.wait(timeout=60)
    with Store.open(url) as store:
        write(store, writer)


def run_two(url: str, write: Callable[[Store, int], None]) -> list[int | None]:
    """Exit codes of two processes that open the same store and write at the same time."""
    context = get_context("spawn")
    start = context.Barrier(2)
    processes = [context.Process(target=work, args=(url, writer, write, start)) for writer in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=90)
    return [process.exitcode for process in processes]


def test_two_processes_may_make_the_same_store_and_write_at_the_same_time(store_url):
    assert [0, 0] == run_two(store_url, write_things)
    with Store.open(store_url) as store:
        frame = store.read_records(THINGS, scope=SCOPE)
    assert SHARED + 2 * ROUNDS == len(frame)
    assert {f"{ROUNDS - 1:03}-1"} == set(frame["version"][frame["key"].str.startswith("shared")])


def test_a_failing_process_never_takes_the_value_of_another(store_url):
    assert [0, 0] == run_two(store_url, write_values)
    with Store.open(store_url) as store:
        assert [float(ROUNDS - 1)] * SHARED == store.read_observations(days=[DAY])["value"].tolist()


def test_a_second_writer_waits_for_the_first(store, store_url, monkeypatch):
    monkeypatch.setattr("health_assets.store.engine.BUSY_SECONDS", 0.05)
    url = parse_url(store_url)
    if url.get_backend_name() == "postgresql":
        url = url.update_query_dict({"options": f"{url.query['options']} -c lock_timeout=50"})
    first, second = create(url), Store(create(url))
    with writing(first), pytest.raises(StoreError, match="another process has held the store"):
        second.write_observations([observation()])
    second.close()
    first.dispose()
    assert store.read_observations().empty
