import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from health_assets.model.errors import ContractError
from health_assets.model.record import Batch
from health_assets_tests.store.facts import (
    DAY,
    KINDS,
    SCOPE,
    SHELVES,
    THINGS,
    T,
    batch,
    covered,
    minutes,
    shelf,
    snapshot,
    thing,
)

EARLIER, LATER = T - minutes(15), T + minutes(15)
SCOPES = (f"acme/{number}" for number in itertools.count())


def write(store, *readings):
    for reading in readings:
        store.write_batch("lab", reading, kinds=KINDS, seen_at=T)


def claim(store, kind="things", *, day=DAY):
    return store.read_coverage("lab", scope=SCOPE)[kind][day]


def shelves(store, *, scope=SCOPE):
    return store.read_records(SHELVES, scope=scope)["key"].tolist()


def test_what_was_never_read_has_no_coverage(store):
    assert {} == store.read_coverage("lab", scope=SCOPE)


def test_a_later_reading_moves_the_coverage(store):
    write(store, batch(coverage=(covered(),)), batch(coverage=(covered(at=LATER),)))
    assert covered(at=LATER) == claim(store)


def test_an_earlier_reading_does_not_move_the_coverage_back(store):
    write(store, batch(coverage=(covered(),)), batch(coverage=(covered(at=EARLIER),)))
    assert covered() == claim(store)


def test_a_complete_claim_outlives_a_later_listing_that_came_short(store):
    write(store, batch(coverage=(covered(),)), batch(coverage=(covered(at=LATER, truncated=True),)))
    assert covered() == claim(store)


def test_a_listing_that_came_short_is_truncated_until_a_complete_one_comes(store):
    write(store, batch(coverage=(covered(truncated=True),)))
    assert claim(store).truncated
    write(store, batch(coverage=(covered(at=LATER),)))
    assert covered(at=LATER) == claim(store)


def test_days_are_covered_one_by_one(store):
    write(store, batch(coverage=(covered(), covered(day="2026-01-30", at=EARLIER))))
    assert ["2026-01-30", DAY] == list(store.read_coverage("lab", scope=SCOPE)["things"])


def test_coverage_of_an_undeclared_kind_is_refused(store):
    with pytest.raises(ContractError, match="coverage of boxes, which is not a kind of the source"):
        write(store, batch(coverage=(covered("boxes"),)))


def test_a_snapshot_replaces_the_one_of_its_day(store):
    write(store, snapshot(shelf("a"), shelf("b")), snapshot(shelf("b"), shelf("c"), at=LATER))
    assert [f"{DAY}/b", f"{DAY}/c"] == shelves(store)


def test_a_snapshot_of_nothing_empties_its_day(store):
    write(store, snapshot(shelf("a")))
    assert {"shelves": 1} == store.write_batch("lab", snapshot(at=LATER), kinds=KINDS, seen_at=T).removed
    assert [] == shelves(store)


def test_a_snapshot_leaves_other_days_scopes_and_kinds_alone(store):
    other_day = snapshot(shelf("a", day="2026-01-30"), day="2026-01-30")
    write(store, other_day, snapshot(shelf("a"), scope="acme/other"), batch(thing()), snapshot())
    assert ["2026-01-30/a"] == shelves(store)
    assert [f"{DAY}/a"] == shelves(store, scope="acme/other")
    assert ["a"] == store.read_records(THINGS, scope=SCOPE)["key"].tolist()


def test_an_earlier_snapshot_replaces_nothing(store):
    write(store, snapshot(shelf("now")), snapshot(shelf("before", version="9"), at=EARLIER))
    assert [f"{DAY}/now"] == shelves(store)


def test_a_snapshot_that_came_short_does_not_replace_a_complete_one(store):
    write(store, snapshot(shelf("a"), shelf("b")), snapshot(shelf("a"), at=LATER, truncated=True))
    assert ([f"{DAY}/a", f"{DAY}/b"], covered("shelves")) == (shelves(store), claim(store, "shelves"))


def test_a_snapshot_without_coverage_is_refused(store):
    bare = Batch(scope=SCOPE, records=(), coverage=(), requests=1, snapshots={"shelves": DAY})
    with pytest.raises(ContractError, match="has no coverage"):
        write(store, bare)


def test_a_snapshot_record_of_another_day_is_refused(store):
    with pytest.raises(ContractError, match="the key of a snapshot is <day of the snapshot>/<key>"):
        write(store, snapshot(shelf("a", day="2026-01-30")))


def test_an_event_kind_cannot_be_replaced_like_a_snapshot(store):
    wrong = Batch(scope=SCOPE, records=(), coverage=(covered(),), requests=1, snapshots={"things": DAY})
    with pytest.raises(ContractError, match="things is not a snapshot kind of the source"):
        write(store, wrong)


@st.composite
def readings(draw):
    """One reading at a time of its own: things, whose data follow from their version, and one snapshot."""
    at = T + minutes(draw(st.integers(0, 5)))
    versions = draw(st.dictionaries(st.sampled_from("abc"), st.integers(1, 3)))
    things = [thing(key, version=str(version), size=version) for key, version in versions.items()]
    shelf_keys = draw(st.sets(st.sampled_from("abc")))
    truncated = draw(st.booleans())
    return at, things, [shelf(key, version=str(at)) for key in sorted(shelf_keys)], truncated


def written(store, order):
    scope = next(SCOPES)
    for at, things, shelf_records, truncated in order:
        both = Batch(
            scope=scope,
            records=(*things, *shelf_records),
            coverage=tuple(covered(kind, at=at, truncated=truncated) for kind in ("things", "shelves")),
            requests=1,
            snapshots={"shelves": DAY},
        )
        store.write_batch("lab", both, kinds=KINDS, seen_at=at)
    frames = [store.read_records(kind, scope=scope).to_dict("records") for kind in KINDS]
    return repr(frames), store.read_coverage("lab", scope=scope)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_readings_in_any_order_end_in_the_same_rows_and_claims(store, data):
    order = data.draw(st.lists(readings(), min_size=1, max_size=5, unique_by=lambda reading: reading[0]))
    assert written(store, order) == written(store, data.draw(st.permutations(order)))
