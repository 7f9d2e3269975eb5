"""Calls of EC2, CloudWatch and the price list through boto3: timeouts, few retries, paging, one clear failure.

Every attempt is counted when it is sent, and none is sent after the deadline. Nothing waits for a quota: the standard
retry mode of botocore backs off for a second or two at most with three attempts.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from health_assets.model.errors import Cause
from health_assets.model.source import Meter
from health_assets.sources.addresses import is_loopback
from health_assets.sources.answers import cause_of
from health_assets.sources.ec2.answers import cause_of_code, failed
from health_assets.sources.ec2.settings import Settings

PAGE = 1_000
VOLUME_PAGE = 500
TYPES_A_CALL = 100
METRICS_A_CALL = 500
HOUR_SECONDS = 3_600


class Client:
    """The services of one region. Raises ConfigError when a secret is not set, SourceError for everything else."""

    def __init__(self, settings: Settings, *, region: str, deadline: float, meter: Meter | None = None) -> None:
        self._settings = settings
        self._region = region
        self._deadline = deadline
        self._meter = meter or Meter()
        self._services: dict[str, Any] = {}
        self._status = 0
        self._session = _session(settings)

    def instances(self) -> list[Mapping[str, Any]]:
        """All instances, terminated ones of the last hour too."""
        reservations = self._list("ec2", "describe_instances", "Reservations", MaxResults=PAGE)
        return [one for reservation in reservations for one in reservation.get("Instances", ())]

    def volumes(self) -> list[Mapping[str, Any]]:
        """All EBS volumes."""
        return self._list("ec2", "describe_volumes", "Volumes", MaxResults=VOLUME_PAGE)

    def snapshots(self) -> list[Mapping[str, Any]]:
        """All EBS snapshots of this account."""
        return self._list("ec2", "describe_snapshots", "Snapshots", OwnerIds=["self"], MaxResults=PAGE)

    def instance_types(self, names: Sequence[str]) -> list[Mapping[str, Any]]:
        """Descriptions of the named types."""
        chunks = [names[start : start + TYPES_A_CALL] for start in range(0, len(names), TYPES_A_CALL)]
        return [
            one
            for chunk in chunks
            for one in self._list("ec2", "describe_instance_types", "InstanceTypes", InstanceTypes=list(chunk))
        ]

    def spot_prices(self, types: Sequence[str], platforms: Sequence[str], *, now: datetime) -> list[Mapping[str, Any]]:
        """The spot prices in force at `now`, one for each type, platform and zone."""
        return self._list(
            "ec2",
            "describe_spot_price_history",
            "SpotPriceHistory",
            InstanceTypes=list(types),
            ProductDescriptions=list(platforms),
            StartTime=now,
            EndTime=now,
        )

    def list_price(self, filters: Sequence[Mapping[str, str]]) -> list[str]:
        """Entries of the price list that match, as JSON texts."""
        return self._list("pricing", "get_products", "PriceList", ServiceCode="AmazonEC2", Filters=list(filters))

    def cpu_percent(self, instance_ids: Sequence[str], *, now: datetime) -> dict[str, list[float]]:
        """Hourly means of CPUUtilization in the 24 hours before `now` by instance; empty where there are none."""
        found: dict[str, list[float]] = {}
        for start in range(0, len(instance_ids), METRICS_A_CALL):
            chunk = instance_ids[start : start + METRICS_A_CALL]
            results = self._list(
                "cloudwatch",
                "get_metric_data",
                "MetricDataResults",
                MetricDataQueries=[_cpu_query(place, one) for place, one in enumerate(chunk)],
                StartTime=now - timedelta(hours=24),
                EndTime=now,
            )
            values: dict[str, list[float]] = {one: [] for one in chunk}
            status: dict[str, str] = {}
            for result in results:
                one = chunk[int(result["Id"][1:])]
                values[one] += result.get("Values", [])
                status[one] = result.get("StatusCode", "")
            # PartialData is continued by the next page; what ends so, or does not come at all, came short
            if short := [one for one in chunk if status.get(one) != "Complete"]:
                raise failed(f"CloudWatch gave no complete answer for {len(short)} instances", Cause.INCOMPLETE)
            found |= values
        return found

    def _list(self, service: str, operation: str, key: str, **arguments: Any) -> list[Any]:
        what = f"{self._region}: {operation}"
        with _one_failure(what, status=lambda: self._status):
            client = self._service(service)
            pages = client.get_paginator(operation).paginate(**arguments)
            found: list[Any] = []
            for page in pages:
                if key not in page:
                    raise failed(f"{what}: the answer has no {key}", Cause.BAD_PAYLOAD)
                found += page[key]
            return found

    def _service(self, name: str) -> Any:
        if name not in self._services:
            self._services[name] = self._connect(name)
        return self._services[name]

    def _connect(self, name: str) -> Any:
        from botocore import UNSIGNED
        from botocore.config import Config

        settings = self._settings
        endpoint = getattr(settings.endpoints, name)
        url = endpoint.replace("{region}", self._region) if endpoint else None
        config = Config(
            connect_timeout=settings.connect_timeout_seconds,
            read_timeout=settings.read_timeout_seconds,
            retries={"total_max_attempts": settings.max_attempts, "mode": "standard"},
            user_agent_extra="health-assets",
        )
        if url is not None and is_loopback(url) and settings.access_key_id is None and settings.profile is None:
            # nothing to sign with is needed there, and looking for a role's credentials would leave the machine
            config = config.merge(Config(signature_version=UNSIGNED))
        region = settings.pricing_region if name == "pricing" else self._region
        client = self._session.client(name, region_name=region, endpoint_url=url, config=config)
        client.meta.events.register("before-send", self._before_send)
        client.meta.events.register("before-parse", self._before_parse)
        return client

    def _before_send(self, event_name: str, **_: Any) -> None:
        if time.monotonic() > self._deadline:
            raise failed(f"{self._region}: the deadline has passed", Cause.DEADLINE)
        self._meter.count(event_name.removeprefix("before-send."))

    def _before_parse(self, response_dict: Mapping[str, Any], **_: Any) -> None:
        self._status = int(response_dict["status_code"])


def _session(settings: Settings) -> Any:
    import boto3
    from botocore.session import get_session

    keys: dict[str, Any] = {}
    if settings.access_key_id is not None and settings.secret_access_key is not None:
        keys["aws_access_key_id"] = settings.access_key_id.resolve(key="sources.ec2.access_key_id")
        keys["aws_secret_access_key"] = settings.secret_access_key.resolve(key="sources.ec2.secret_access_key")
        if settings.session_token is not None:
            keys["aws_session_token"] = settings.session_token.resolve(key="sources.ec2.session_token")
    with _one_failure("AWS session"):
        session = get_session()
        session.register_component("data_loader", _models())
        return boto3.Session(botocore_session=session, profile_name=settings.profile, **keys)


@cache
def _models() -> Any:
    """botocore's service models: parsing EC2's for every region and tick would cost more than the requests."""
    from botocore.loaders import create_loader

    return create_loader()


def _cpu_query(place: int, instance_id: str) -> dict[str, Any]:
    metric = {
        "Namespace": "AWS/EC2",
        "MetricName": "CPUUtilization",
        "Dimensions": [{"Name": "InstanceId", "Value": instance_id}],
    }
    return {"Id": f"i{place}", "MetricStat": {"Metric": metric, "Period": HOUR_SECONDS, "Stat": "Average"}}


@contextmanager
def _one_failure(what: str, *, status: Callable[[], int] = lambda: 0) -> Iterator[None]:
    """What botocore raises as a SourceError. status: that of the last answer, for one that cannot be parsed."""
    from botocore import exceptions as aws
    from botocore.parsers import ResponseParserError

    try:
        yield
    except aws.ClientError as error:
        body = error.response.get("Error", {})
        code, told = str(body.get("Code", "")), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        # AWS puts whole identities into its messages: the code says enough
        raise failed(f"{what}: HTTP {told} {code}", cause_of_code(code, status=told)) from error
    except (aws.NoCredentialsError, aws.PartialCredentialsError, aws.ProfileNotFound, aws.TokenRetrievalError) as error:
        raise failed(f"{what}: {type(error).__name__}", Cause.AUTHENTICATION) from error
    except (aws.HTTPClientError, aws.ConnectionError, aws.IncompleteReadError) as error:
        raise failed(f"{what}: {type(error).__name__}", Cause.UNREACHABLE) from error
    except aws.PaginationError as error:
        raise failed(f"{what}: the listing repeats itself", Cause.INCOMPLETE) from error
    except ResponseParserError as error:
        raise failed(f"{what}: HTTP {status()} with a body that cannot be read", cause_of(status())) from error
    except (aws.BotoCoreError, ValueError) as error:
        raise failed(f"{what}: {type(error).__name__}", Cause.BAD_PAYLOAD) from error
