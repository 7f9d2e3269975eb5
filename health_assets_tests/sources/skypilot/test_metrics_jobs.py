"""Counts, runtimes and recoveries of jobs as of T."""

import pytest

from health_assets.model.reason import Reason
from health_assets_tests.sources.skypilot.frames import DAY, HOUR, T, ended, job, measured, queued, value, view

FAILURES = ["failed", "failed_setup", "failed_prechecks", "failed_no_resource", "failed_controller"]


def test_a_job_is_queued_until_it_starts_or_ends() -> None:
    waiting = queued(1, T - HOUR)
    not_yet = queued(2, T + HOUR)
    started_later = job(3, submitted_at=T - HOUR, started_at=T + HOUR)
    given_up = ended(4, T - HOUR, "cancelled", started_at=None)
    assert 2 == value("jobs.queued", waiting, not_yet, started_later, given_up)


def test_a_job_runs_from_its_start_to_its_end_whatever_its_status_is_now() -> None:
    ended_later = ended(1, T + HOUR, started_at=T - HOUR)
    recovering = job(2, status="recovering")
    assert 2 == value("jobs.running", ended_later, recovering, ended(3, T), queued(4, T - HOUR))


@pytest.mark.parametrize("status", [*FAILURES, "failed_in_a_new_way"])
def test_every_failure_state_is_a_failure(status: str) -> None:
    jobs = [ended(1, T, status), ended(2, T - HOUR)]
    assert [1, 1, 1, 0] == [value(f"jobs.{name}", *jobs) for name in ("failed", "failed_7d", "succeeded", "cancelled")]


def test_the_windows_are_half_open() -> None:
    jobs = [ended(1, T - 7 * DAY, "failed"), ended(2, T - 30 * DAY, "failed"), ended(3, T, "failed")]
    assert (1, 2) == (value("jobs.failed_7d", *jobs), value("jobs.failed", *jobs))


def test_what_ends_after_t_has_not_ended_yet() -> None:
    assert 0 == value("jobs.failed", ended(1, T + HOUR, "failed"))


def test_a_job_that_vanished_is_neither_a_failure_nor_running() -> None:
    gone = ended(1, T - HOUR, "vanished")
    assert [0, 0, 0] == [value(f"jobs.{name}", gone) for name in ("failed", "cancelled", "running")]


def test_counts_over_nothing_are_zero() -> None:
    names = ("jobs.queued", "jobs.running", "jobs.failed", "jobs.with_recoveries", "resources.gpus.total_count")
    assert [0] * 6 == [value(name) for name in (*names, "users.active_count")]


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("min", 3600), ("max", 18000), ("avg", 9000), ("p50", 7200), ("p90", 15840), ("p99", 17784)],
)
def test_runtimes_are_of_the_jobs_running_at_t(name: str, seconds: float) -> None:
    jobs = [job(hours, started_at=T - hours * HOUR) for hours in (1, 1, 3, 5)]
    assert pytest.approx(seconds) == value(f"jobs.runtime_seconds.{name}", *jobs, ended(9, T))


def test_a_runtime_of_nothing_is_no_data() -> None:
    assert Reason.NO_DATA is measured("jobs.runtime_seconds.p50", view(ended(1, T))).reason


def test_buckets_hold_their_lower_edge() -> None:
    jobs = [job(number, started_at=T - hours * HOUR) for number, hours in enumerate((0, 1, 4, 24, 30))]
    found = [value(f"jobs.runtime_buckets.{name}", *jobs) for name in ("0_1h", "1_4h", "4_24h", "over_24h")]
    assert [1, 1, 1, 2] == found


def test_recoveries_count_as_of_t() -> None:
    twice = job(1, recoveries=[[1, "2026-03-09T10:00:00Z"], [2, "2026-03-09T20:00:00Z"]])
    later = job(2, recoveries=[[1, "2026-03-10T01:00:00Z"]])
    once = job(3, recoveries=[[1, "2026-03-09T10:00:00Z"]])
    names = ("jobs.with_recoveries", "jobs.recovery_count.avg", "jobs.recovery_count.max")
    assert [2, 1.5, 2] == [value(name, twice, later, once) for name in names]


def test_recoveries_between_two_readings_cannot_be_dated() -> None:
    jumped = job(1, recoveries=[[2, "2026-03-10T01:00:00Z"]])
    found = measured("jobs.with_recoveries", view(jumped))
    assert (Reason.NOT_RECONSTRUCTIBLE, "the number of recoveries of 1 of 1 jobs is not known") == (
        found.reason,
        found.detail,
    )


def test_a_mean_over_no_recovered_job_is_no_data() -> None:
    assert Reason.NO_DATA is measured("jobs.recovery_count.avg", view(job(1))).reason


def test_users_are_counted_once_while_they_wait_or_run() -> None:
    jobs = [job(1), job(2), queued(3, T - HOUR, user="ben"), ended(4, T - HOUR, user="cat")]
    assert 2 == value("users.active_count", *jobs)


def test_evidence_leads_to_the_dashboard() -> None:
    found = measured("jobs.running", view(job(7, task_id=2)))
    assert ("7.2 job 7", "http://127.0.0.1:1/dashboard/jobs/7", "running for 9.0 h") == (
        found.evidence[0].label,
        found.evidence[0].url,
        found.evidence[0].note,
    )


def test_only_clusters_that_are_up_on_the_day_are_active() -> None:
    rows = [
        {"key": f"2026-03-0{day}/{name}", "name": name, "status": status}
        for day, name, status in ((9, "a", "up"), (9, "b", "stopped"), (9, "c", "init"), (8, "d", "up"))
    ]
    found = measured("clusters.active", view(clusters=rows))
    assert (1, 3) == (found.value, found.samples)
