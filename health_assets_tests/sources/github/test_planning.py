from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from health_assets.model.record import Coverage
from health_assets.model.time import day_of
from health_assets.sources.github.planning import (
    Window,
    changed_since,
    first_midnight,
    never_complete,
    plan_fetch,
    rotating,
    turns_final,
    windows_to_read,
)
from health_assets.sources.github.records import KINDS
from health_assets_tests.sources.github.held import Held, asking

UTC_ZONE = ZoneInfo("UTC")
GRACE = timedelta(minutes=5)
NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
YESTERDAY, TODAY = (day_of(NOON.date() - timedelta(days=back), UTC_ZONE) for back in (1, 0))


def read(day, captured_at, *, truncated=False):
    return {
        day.key: Coverage(kind="k", day=day.key, captured_at=captured_at, fetched=1, truncated=truncated),
    }


def windows(covered, *, now=NOON):
    return windows_to_read([YESTERDAY, TODAY], covered, now=now, grace=GRACE)


def test_days_never_read_are_one_window_up_to_now():
    assert (Window(start=YESTERDAY.start, end=NOON),) == windows({})


def test_a_settled_day_is_not_read_again():
    assert (Window(start=TODAY.start, end=NOON),) == windows(read(YESTERDAY, YESTERDAY.end + GRACE))


def test_an_open_day_is_read_from_its_last_capture_less_the_overlap():
    covered = read(YESTERDAY, YESTERDAY.end + GRACE) | read(TODAY, NOON - 30 * MINUTE)
    assert (Window(start=NOON - 45 * MINUTE, end=NOON),) == windows(covered)


def test_after_an_outage_the_increment_starts_at_the_last_capture_on_the_earlier_day():
    captured = YESTERDAY.start + timedelta(hours=10)
    assert (Window(start=captured - 15 * MINUTE, end=NOON),) == windows(read(YESTERDAY, captured))


def test_a_truncated_day_is_read_whole_again():
    covered = read(YESTERDAY, NOON, truncated=True) | read(TODAY, NOON)
    assert windows(covered)[0].start == YESTERDAY.start


def test_a_day_captured_right_after_midnight_is_still_open_during_the_grace():
    covered = read(YESTERDAY, YESTERDAY.end + MINUTE)
    now = YESTERDAY.end + 2 * MINUTE
    assert windows(covered, now=now)[0].start == YESTERDAY.end + MINUTE - 15 * MINUTE


def test_entities_are_read_from_the_last_capture_even_when_it_lies_before_the_lookback():
    captured = TODAY.start - timedelta(days=20)
    old = day_of(captured.date(), UTC_ZONE)
    since = changed_since([YESTERDAY, TODAY], read(old, captured), now=NOON, grace=GRACE)
    assert captured - 15 * MINUTE == since


def test_no_entity_is_read_when_every_day_is_settled():
    covered = read(YESTERDAY, NOON)
    assert changed_since([YESTERDAY], covered, now=NOON, grace=GRACE) is None


def test_a_store_with_truncated_days_only_does_not_know_what_is_open():
    assert never_complete(read(TODAY, NOON, truncated=True))
    assert not never_complete(read(TODAY, NOON))


def test_the_first_fetch_after_the_grace_makes_the_day_final():
    covered = read(YESTERDAY, YESTERDAY.end - MINUTE)
    assert not turns_final([YESTERDAY], covered, now=YESTERDAY.end + MINUTE, grace=GRACE)
    assert turns_final([YESTERDAY], covered, now=YESTERDAY.end + GRACE, grace=GRACE)


def test_a_day_never_read_does_not_turn_final():
    assert not turns_final([YESTERDAY], {}, now=NOON, grace=GRACE)


def test_the_first_midnight_is_that_of_the_configured_timezone():
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 3, 18, 22, 30, tzinfo=UTC)
    assert first_midnight(start, start + timedelta(hours=1), berlin) == datetime(2026, 3, 18, 23, tzinfo=UTC)
    assert first_midnight(start, start + timedelta(hours=1), UTC_ZONE) is None


def test_a_run_created_at_midnight_is_seen_by_that_midnight():
    assert first_midnight(TODAY.start, TODAY.start + MINUTE, UTC_ZONE) == TODAY.start


def test_rotation_gives_every_item_its_turn():
    items = list(range(25))
    turns = [rotating(items, limit=10, now=NOON + 15 * MINUTE * step) for step in range(5)]
    assert set(items) == {item for turn in turns for item in turn}
    assert all(len(turn) == 10 for turn in turns)


def test_a_cold_plan_reads_the_whole_lookback_of_each_kind():
    plan = plan_fetch(asking(Held(), now=NOON))
    week, month = TODAY.start - timedelta(days=7), TODAY.start - timedelta(days=30)
    assert (Window(start=week, end=NOON),) == plan.runs
    assert (Window(start=month, end=week),) == plan.older_runs
    assert week == plan.pulls_since
    assert plan.pulls_cold
    assert TODAY == plan.branches_day


def test_at_midnight_the_new_day_has_begun():
    plan = plan_fetch(asking(Held(), now=TODAY.start))
    assert TODAY == plan.days["issues"][-1]
    assert not plan.nothing


def test_a_past_day_has_no_branches_to_read():
    assert plan_fetch(asking(Held(), now=NOON, back=2)).branches_day is None


def test_settled_days_need_nothing_unless_they_are_refetched():
    held = Held()
    for kind in KINDS:
        days = plan_fetch(asking(held, now=NOON, back=2)).days[kind.name]
        held.covered[kind.name] = {
            day.key: Coverage(kind=kind.name, day=day.key, captured_at=NOON, fetched=0) for day in days
        }
    assert plan_fetch(asking(held, now=NOON, back=2)).nothing
    assert not plan_fetch(asking(held, now=NOON, back=2, refetch=True)).nothing
