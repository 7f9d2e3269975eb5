from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from health_assets.model.record import Coverage
from health_assets.model.time import day_of
from health_assets.sources.planning import Window, alive_in, changed_since, never_complete, windows_to_read

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


def test_what_ended_on_the_day_or_not_at_all_lived_in_it():
    before, morning = YESTERDAY.start, TODAY.start + 60 * MINUTE
    assert 2 == alive_in(TODAY, [(before, None), (before, morning), (before, before + MINUTE), (TODAY.end, None)])
