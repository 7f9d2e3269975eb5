from health_assets.model.observation import Collection
from health_assets_tests.store.facts import DAY, T, minutes


def attempt(source="lab", *, day=DAY, minute=0, failures=()):
    return Collection(
        source=source,
        day=day,
        started_at=T + minutes(minute),
        duration_seconds=1.5,
        requests=12,
        errors=len(failures),
        metrics=31,
        failures=failures,
        rejected=2,
    )


def test_an_attempt_reads_back_with_what_failed(store):
    failed = attempt(failures=(("acme/rocket", "deadline", "took over 60 s"),))
    store.write_collection(failed)
    assert failed == store.last_collection("lab")


def test_a_source_that_was_never_tried_has_no_last_attempt(store):
    store.write_collection(attempt("other"))
    assert store.last_collection("lab") is None


def test_the_last_attempt_is_the_one_that_started_last(store):
    for minute in (15, 30, 0):
        store.write_collection(attempt(minute=minute))
    assert attempt(minute=30) == store.last_collection("lab")


def test_the_last_attempt_of_a_day_ignores_other_days(store):
    store.write_collection(attempt())
    store.write_collection(attempt(day="2026-01-30", minute=5))
    assert attempt() == store.last_collection("lab", day=DAY)


def test_every_attempt_is_kept_in_order_also_one_that_looks_the_same(store):
    for minute in (15, 0, 0):
        store.write_collection(attempt(minute=minute))
    store.write_collection(attempt(day="2026-01-30"))
    assert [attempt(), attempt(), attempt(minute=15)] == store.collections([DAY])
