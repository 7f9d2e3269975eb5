"""Fetches of one region over boto3 and real HTTP: what is asked for, as of when, and what goes wrong."""

import time
from datetime import timedelta

import pytest

from health_assets.model.errors import Cause, ConfigError, SourceError
from health_assets.sandbox import faults
from health_assets.sandbox.ec2.world import InstanceType
from health_assets.sandbox.exchange import Reply
from health_assets.sources import ec2
from health_assets.sources.ec2.pricing import PRICES_A_TICK
from health_assets_tests.sources.ec2.conftest import DAY, HOUR, NOW, REGION, disk, machine, region, saved, settings_at
from health_assets_tests.sources.results.held import fetch_into, runtime_of

SOURCE = ec2.SOURCE
TICK = timedelta(minutes=15)
BUDGET = 8


@pytest.fixture
def fetch(tmp_path):
    """Fetches into one store as of `now`; moves the server's clock."""
    moment = [NOW]
    settings = settings_at("http://127.0.0.1:1")
    with runtime_of(SOURCE, settings, folder=tmp_path, clock=lambda: moment[0]) as runtime:

        def fetch_at(server, *, now=NOW, changes=None, **asked):
            moment[0] = server.now = now
            server.requests.clear()
            return fetch_into(runtime, SOURCE, settings_at(server.url, **(changes or {})), **asked)

        yield fetch_at


def data(batch, kind):
    return {record.key.rpartition("/")[2]: record.data for record in batch.records if record.kind == kind}


def small(**facts):
    return region(**{"instances": [machine("a")], "volumes": [disk("a")], "snapshots": [saved("a")], **facts})


def test_a_running_instance_is_recorded_with_size_cpu_and_price(serve, fetch):
    row = data(fetch(serve(small(instances=[machine("a", "g5.2xlarge")]))), "instances")["i-a"]
    assert (8, 1, 50.0, 1.2, None) == tuple(
        row[key] for key in ("vcpus", "gpus", "cpu_percent", "list_price", "spot_price")
    )
    assert NOW - 10 * DAY == row["first_launch_at"]


def test_a_spot_instance_has_the_spot_price_of_its_zone(serve, fetch):
    row = data(fetch(serve(small(instances=[machine("a", spot=True, zone="b")]))), "instances")["i-a"]
    assert ("spot", "us-east-1b", 0.08, 0.2) == tuple(
        row[key] for key in ("lifecycle", "zone", "spot_price", "list_price")
    )


def test_age_counts_from_the_first_launch_and_not_from_the_last_start(serve, fetch):
    runs = [(NOW - 9 * DAY, NOW - 5 * DAY), (NOW - DAY, None)]
    row = data(fetch(serve(small(instances=[machine("a", runs=runs)]))), "instances")["i-a"]
    assert (NOW - 9 * DAY, NOW - DAY) == (row["first_launch_at"], row["last_launch_at"])


def test_states_are_those_of_the_instant(serve, fetch):
    stopped = machine("s", runs=[(NOW - 9 * DAY, NOW - HOUR)])
    gone, long_gone = machine("g", terminated_at=NOW - HOUR / 2), machine("l", terminated_at=NOW - 2 * HOUR)
    later = machine("n", age=-HOUR)
    rows = data(fetch(serve(small(instances=[machine("a"), stopped, gone, long_gone, later]))), "instances")
    assert {"i-a": "running", "i-s": "stopped", "i-g": "terminated"} == {key: row["state"] for key, row in rows.items()}


def test_what_does_not_run_has_neither_size_nor_price(serve, fetch):
    row = data(fetch(serve(small(instances=[machine("s", runs=[(NOW - DAY, NOW - HOUR)])]))), "instances")["i-s"]
    assert (None, None, None) == (row["vcpus"], row["list_price"], row["cpu_percent"])


def test_a_type_without_a_list_price_stays_without_one_and_is_not_asked_for_again_that_day(serve, fetch):
    server = serve(small(instances=[machine("a", "x9.secret")]))
    row = data(fetch(server), "instances")["i-a"]
    assert (None, NOW) == (row["list_price"], row["list_price_at"])
    assert data(fetch(server, now=NOW + TICK), "instances")["i-a"]["list_price_at"] == NOW


def test_an_instance_that_was_just_started_has_no_cpu_reading(serve, fetch):
    row = data(fetch(serve(small(instances=[machine("a", age=HOUR / 4)]))), "instances")["i-a"]
    assert row["cpu_percent"] is None


def test_cpu_is_the_mean_of_the_last_day(serve, fetch):
    launched = NOW - 10 * DAY
    cpu = [(launched, 90.0), (NOW - DAY, 2.0), (NOW - 12 * HOUR, 4.0)]
    assert 3.0 == data(fetch(serve(small(instances=[machine("a", cpu=cpu)]))), "instances")["i-a"]["cpu_percent"]


def test_volumes_are_recorded_with_their_attachment(serve, fetch):
    attached = disk("a", size=30, attached=[(NOW - 5 * DAY, None)])
    detached = disk("d", attached=[(NOW - 5 * DAY, NOW - DAY)])
    rows = data(fetch(serve(small(volumes=[attached, detached, disk("g", deleted_at=NOW - HOUR)]))), "volumes")
    assert {"vol-a": (True, 30), "vol-d": (False, 100)} == {
        key: (row["attached"], row["size_gib"]) for key, row in rows.items()
    }


def test_only_own_snapshots_are_asked_for(serve, fetch):
    assert ["snap-a"] == list(data(fetch(serve(small())), "snapshots"))


def test_a_snapshot_that_is_no_longer_listed_is_missed(serve, fetch):
    server = serve(small(snapshots=[saved("a"), saved("b", deleted_at=NOW + HOUR)]))
    fetch(server)
    rows = data(fetch(server, now=NOW + 2 * HOUR), "snapshots")
    assert {"snap-a": None, "snap-b": NOW + 2 * HOUR} == {key: row["missed_at"] for key, row in rows.items()}
    assert ["snap-a"] == list(data(fetch(server, now=NOW + 3 * HOUR), "snapshots"))


def test_a_past_day_brings_the_snapshots_only(serve, fetch):
    batch = fetch(serve(small()), back=2, days=3)
    assert ({"snapshots"}, 1, {}) == ({one.kind for one in batch.coverage}, batch.requests, dict(batch.snapshots))
    assert ["2026-03-14", "2026-03-15", "2026-03-16"] == [one.day for one in batch.coverage]


def test_settled_days_make_no_request(serve, fetch):
    server = serve(small())
    fetch(server, back=2)
    assert 0 == fetch(server, back=2).requests == len(server.requests)


def test_long_listings_come_page_by_page(serve, fetch):
    world = small(
        instances=[machine(f"{one}") for one in range(5)],
        volumes=[disk(f"{one}") for one in range(5)],
        snapshots=[saved(f"{one}") for one in range(5)],
    )
    batch = fetch(serve(world, page=2))
    assert [5, 5, 5] == [len(data(batch, kind)) for kind in ("instances", "volumes", "snapshots")]


def busy(*, types=6, spot=40, scale=1.0):
    names = {f"t{one}.large": InstanceType(vcpus=2, list_price=0.1, spot_price=0.03) for one in range(types)}
    instances = [machine(f"{one}", f"t{one % types}.large", spot=one < spot) for one in range(int(200 * scale))]
    disks = [disk(f"{one}", attached=[(NOW - DAY, None)]) for one in range(int(300 * scale))]
    return small(
        instances=instances, volumes=disks, snapshots=[saved(f"{one}") for one in range(int(500 * scale))], types=names
    )


def test_a_tick_over_two_hundred_instances_stays_within_the_budget(serve, fetch):
    server = serve(busy())
    cold = fetch(server)
    assert 6 + 6 == cold.requests == len(server.requests)
    assert 5 == fetch(server, now=NOW + TICK).requests == len(server.requests)


def test_the_tick_in_which_prices_age_stays_within_the_budget(serve, fetch):
    server = serve(busy(scale=0.1, spot=4))
    fetch(server)
    fetch(server, now=NOW + DAY - TICK)
    counts = [fetch(server, now=NOW + DAY + step * TICK).requests for step in range(4)]
    assert [5 + PRICES_A_TICK] * 3 + [5] == counts
    assert max(counts) <= BUDGET


def test_new_types_are_priced_a_few_a_tick(serve, fetch, worlds):
    server = serve(busy(types=2, scale=0.1))
    fetch(server)
    worlds[REGION] = busy(types=6, scale=0.1)
    first = fetch(server, now=NOW + TICK)
    assert BUDGET == first.requests
    priced = {row["instance_type"] for row in data(first, "instances").values() if row["list_price"] is not None}
    assert 4 == len(priced)


def test_an_instance_that_cannot_be_read_is_named_and_the_others_stay(serve, fetch):
    server = serve(small(instances=[machine("a"), machine("b")]))
    server.faults.add(replaced(b"<instanceType>m6i.xlarge</instanceType>", b""), first=3, times=1)
    batch = fetch(server)
    assert (["i-b"], ["i-a"]) == (list(data(batch, "instances")), [one.key for one in batch.rejections])


def replaced(old, new):
    async def fault(exchange):
        reply = await exchange.genuine()
        reply.body = reply.body.replace(old, new, 1)
        await exchange.answer(reply)

    return fault


def refused(code, status):
    body = f"<Response><Errors><Error><Code>{code}</Code><Message>m</Message></Error></Errors></Response>"
    return faults.replying(Reply(status, {"content-type": "text/xml"}, body.encode()))


FAULTS = {
    "401": (refused("AuthFailure", 401), Cause.AUTHENTICATION, 1),
    "expired": (refused("RequestExpired", 400), Cause.AUTHENTICATION, 1),
    "403": (refused("UnauthorizedOperation", 403), Cause.PERMISSION, 1),
    "404": (refused("Whatever", 404), Cause.NOT_FOUND, 1),
    "429": (faults.replying(Reply(429, {"retry-after": "3600"}, b"")), Cause.RATE_LIMITED, 1),
    "throttled": (refused("RequestLimitExceeded", 503), Cause.RATE_LIMITED, 2),
    "500": (refused("InternalError", 500), Cause.SERVER_ERROR, 2),
    "502 as HTML": (faults.bad_gateway(), Cause.SERVER_ERROR, 2),
    "HTML with 200": (
        faults.replying(Reply(200, {"content-type": "text/html"}, b"<html></html>")),
        Cause.BAD_PAYLOAD,
        1,
    ),
    "cut": (faults.cut_json(), Cause.BAD_PAYLOAD, 1),
    "broken connection": (faults.broken_connection(), Cause.BAD_PAYLOAD, None),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_failing_service_is_a_failure_that_says_what_to_do(serve, fetch, name):
    fault, cause, requests = FAULTS[name]
    server = serve(small())
    server.faults.add(fault)
    with pytest.raises(SourceError) as caught:
        fetch(server, changes={"max_attempts": 2})
    assert (cause, True, REGION in caught.value.message) == (
        caught.value.cause,
        bool(caught.value.hint),
        True,
    )
    assert caught.value.requests == len(server.requests)
    assert requests in (None, len(server.requests))


@pytest.mark.parametrize("place", range(1, 7))
def test_whichever_call_fails_nothing_half_is_handed_over(serve, fetch, place):
    server = serve(small(instances=[machine("a", spot=True)]))
    server.faults.add(faults.bad_gateway(), first=place)
    with pytest.raises(SourceError) as caught:
        fetch(server, changes={"max_attempts": 1})
    assert Cause.SERVER_ERROR == caught.value.cause


def test_a_second_page_that_fails_is_no_shorter_listing(serve, fetch):
    server = serve(small(snapshots=[saved(f"{one}") for one in range(5)]), page=2)
    server.faults.add(refused("InternalError", 500), first=2)
    with pytest.raises(SourceError):
        fetch(server, changes={"max_attempts": 1})


def test_a_passing_failure_is_tried_again(serve, fetch):
    server = serve(small())
    server.faults.add(faults.bad_gateway(), times=1)
    assert 7 == fetch(server).requests == len(server.requests)


def test_a_listing_that_never_ends_is_given_up(serve, fetch):
    server = serve(small(snapshots=[saved(f"{one}") for one in range(3)]), page=2)
    server.faults.add(
        replaced(b"</DescribeSnapshotsResponse>", b"<nextToken>0</nextToken></DescribeSnapshotsResponse>"), first=2
    )
    with pytest.raises(SourceError) as caught:
        fetch(server)
    assert caught.value.cause in {Cause.INCOMPLETE, Cause.BAD_PAYLOAD}


def test_cpu_that_cloudwatch_does_not_finish_is_a_failure(serve, fetch):
    server = serve(small())
    server.faults.add(replaced(b'"Complete"', b'"InternalError"'), when=lambda entry: True, first=6)
    with pytest.raises(SourceError, match="no complete answer for 1 instances") as caught:
        fetch(server)
    assert Cause.INCOMPLETE == caught.value.cause


def test_a_trickling_body_ends_at_the_read_timeout_or_deadline(serve, tmp_path):
    from health_assets.pipeline.collect import collect

    server = serve(small())
    server.faults.add(faults.trickle(0.05))
    settings = settings_at(server.url, deadline_seconds=1.0)
    with runtime_of(SOURCE, settings, folder=tmp_path, clock=lambda: NOW) as runtime:
        begun = time.monotonic()
        collected = collect(runtime, SOURCE.name, days=runtime.days(1))
    ((_, cause, _),) = collected.collection.failures
    assert ("deadline", True) == (cause, time.monotonic() - begun < 5)
    assert 1 == collected.collection.requests


def test_nothing_is_sent_after_the_deadline(serve, fetch):
    server = serve(small())
    with pytest.raises(SourceError) as caught:
        fetch(server, deadline=time.monotonic() - 1)
    assert (Cause.DEADLINE, 0) == (caught.value.cause, len(server.requests))


def test_nobody_there_is_unreachable(serve, fetch):
    server = serve(small())
    server.stop()
    with pytest.raises(SourceError) as caught:
        fetch(server, changes={"max_attempts": 1})
    assert Cause.UNREACHABLE == caught.value.cause


def test_a_secret_never_stands_in_a_message(serve, fetch, monkeypatch):
    monkeypatch.setenv("KEY", "AKIANEVERPRINTED")
    monkeypatch.setenv("SECRET", "neverprintedeither")
    server = serve(small())
    server.faults.add(refused("SignatureDoesNotMatch", 403))
    keys = {"access_key_id": {"env": "KEY"}, "secret_access_key": {"env": "SECRET"}}
    with pytest.raises(SourceError) as caught:
        fetch(server, changes=keys)
    assert Cause.AUTHENTICATION == caught.value.cause
    assert "never" not in f"{caught.value}{caught.value.__cause__}".lower()


def test_a_secret_that_is_not_set_is_named(serve, fetch, monkeypatch):
    monkeypatch.delenv("KEY", raising=False)
    keys = {"access_key_id": {"env": "KEY"}, "secret_access_key": {"env": "SECRET"}}
    with pytest.raises(ConfigError, match="KEY is not set"):
        fetch(serve(small()), changes=keys)


def test_regions_are_read_apart(serve, worlds):
    server = serve(small())
    worlds["eu-central-1"] = small(instances=[machine("e1"), machine("e2")])
    settings = settings_at(server.url, regions=(REGION, "eu-central-1"))
    assert (REGION, "eu-central-1") == SOURCE.scopes(settings)
    details = {check.name: check.detail for check in SOURCE.diagnose(settings)}
    assert "readable, 2 found" == details["ec2: eu-central-1: instances"]


def test_doctor_says_what_fails(serve):
    server = serve(small())
    server.faults.add(refused("UnauthorizedOperation", 403), first=2)
    checks = SOURCE.diagnose(settings_at(server.url))
    assert [True, False, False] == [check.ok for check in checks]
    assert "ec2:Describe" in checks[1].hint
