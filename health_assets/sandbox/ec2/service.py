"""The stand-in's answers: one address a region, for all three services, which the request itself tells apart."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from health_assets.sandbox.ec2 import payload, wire
from health_assets.sandbox.ec2.world import Region

Clock = Callable[[], datetime]
ZONES = "abc"


def routes(regions: Mapping[str, Region], *, clock: Clock, prefix: str = "/aws", page: int = 1_000) -> list[BaseRoute]:
    """POST <prefix>/<region>. regions is read anew at each request. page: the longest page that a listing gives."""
    service = _Service(regions, clock, page)
    return [Route(f"{prefix}/{{region}}", service.answer, methods=["POST"])]


@dataclass(frozen=True)
class _Call:
    """One request: the region asked, its parameters, and the instant it is served as of."""

    name: str
    region: Region
    asked: Mapping[str, Any]
    now: datetime


class _Service:
    def __init__(self, regions: Mapping[str, Region], clock: Clock, page: int) -> None:
        self._regions, self._clock, self._page = regions, clock, page

    async def answer(self, request: Request) -> Response:
        name, body = request.path_params["region"], await request.body()
        target = request.headers.get("x-amz-target", "").rpartition(".")[2]
        if name not in self._regions:
            return wire.error("AuthFailure", status=401, json=bool(target))
        region, now = self._regions[name], self._clock().astimezone(UTC)
        if target:
            asked = json.loads(body)
            return JSONResponse(self._paged(_JSON[target](_Call(name, region, asked, now)), asked))
        asked = wire.parameters(body)
        operation = asked["Action"]
        return wire.answer(operation, self._paged(_XML[operation](_Call(name, region, asked, now)), asked))

    def _paged(self, answered: tuple[str, Sequence[Any]], asked: Mapping[str, Any]) -> dict[str, Any]:
        key, rows = answered
        size = min(self._page, int(asked.get("MaxResults", self._page)))
        start = int(asked.get("NextToken", 0))
        following = start + size
        token = {"NextToken": str(following)} if following < len(rows) else {}
        return {key: list(rows[start:following]), **token}


def _instances(call: _Call) -> tuple[str, list[Any]]:
    listed = (payload.instance(one, region=call.name, at=call.now) for one in call.region.instances)
    found = [one for one in listed if one is not None]
    return "Reservations", [{"ReservationId": f"r-{one['InstanceId']}", "Instances": [one]} for one in found]


def _volumes(call: _Call) -> tuple[str, list[Any]]:
    return "Volumes", [found for one in call.region.volumes if (found := payload.volume(one, at=call.now))]


def _snapshots(call: _Call) -> tuple[str, list[Any]]:
    # whoever does not ask for his own gets those of all accounts, as from AWS
    foreign = [] if call.asked.get("Owner") == ["self"] else [{"SnapshotId": "snap-foreign", "StartTime": call.now}]
    return "Snapshots", foreign + [
        found for one in call.region.snapshots if (found := payload.snapshot(one, at=call.now))
    ]


def _types(call: _Call) -> tuple[str, list[Any]]:
    wanted = call.asked["InstanceType"]
    return "InstanceTypes", [
        payload.instance_type(one, call.region.types[one]) for one in wanted if one in call.region.types
    ]


def _spot(call: _Call) -> tuple[str, list[Any]]:
    sold = [(one, call.region.types[one]) for one in call.asked["InstanceType"] if one in call.region.types]
    return "SpotPriceHistory", [
        payload.spot_price(one, found, zone=f"{call.name}{zone}", at=call.now - timedelta(hours=2))
        for one, found in sold
        if found.spot_price is not None and "Linux/UNIX" in call.asked["ProductDescription"]
        for zone in ZONES
    ]


def _products(call: _Call) -> tuple[str, list[Any]]:
    fields = {one["Field"]: one["Value"] for one in call.asked["Filters"]}
    name = fields["instanceType"]
    found = call.region.types.get(name)
    sold = found is not None and found.list_price is not None and fields["operation"] == "RunInstances"
    return "PriceList", [payload.price_entry(name, found, fields)] if found and sold else []


def _metric_data(call: _Call) -> tuple[str, list[Any]]:
    start, end = (datetime.fromtimestamp(call.asked[key], tz=UTC) for key in ("StartTime", "EndTime"))
    hours = [start + timedelta(hours=step) for step in range(int((end - start) / timedelta(hours=1)))]
    instances = {one.instance_id: one for one in call.region.instances}
    results = []
    for query in call.asked["MetricDataQueries"]:
        one = instances.get(query["MetricStat"]["Metric"]["Dimensions"][0]["Value"])
        points = [(hour, percent) for hour in hours if one and (percent := one.cpu_percent(hour)) is not None]
        results.append(
            {
                "Id": query["Id"],
                "StatusCode": "Complete",
                "Timestamps": [hour.timestamp() for hour, _ in points],
                "Values": [percent for _, percent in points],
            }
        )
    return "MetricDataResults", results


_XML: Mapping[str, Callable[[_Call], tuple[str, list[Any]]]] = {
    "DescribeInstances": _instances,
    "DescribeVolumes": _volumes,
    "DescribeSnapshots": _snapshots,
    "DescribeInstanceTypes": _types,
    "DescribeSpotPriceHistory": _spot,
}
_JSON: Mapping[str, Callable[[_Call], tuple[str, list[Any]]]] = {
    "GetProducts": _products,
    "GetMetricData": _metric_data,
}
