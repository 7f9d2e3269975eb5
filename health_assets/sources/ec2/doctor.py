"""What `health-assets doctor` tries against AWS: one line each, with what to do when it fails."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from health_assets.model.errors import HealthError
from health_assets.model.source import Check
from health_assets.sources.doctor import refused, tried
from health_assets.sources.ec2.client import Client
from health_assets.sources.ec2.pricing import Product
from health_assets.sources.ec2.settings import Settings

#: Something that every region sells.
PROBE = Product("t3.micro", "RunInstances", "default")


def diagnose(settings: Settings) -> list[Check]:
    """Credentials, and for each region whether instances, volumes and prices can be read. 3 requests a region."""
    return [check for region in settings.regions for check in _checks(region, settings)]


def _checks(region: str, settings: Settings) -> Iterator[Check]:
    try:
        client = Client(settings, region=region, deadline=time.monotonic() + settings.deadline_seconds)
    except HealthError as error:
        yield refused(f"ec2: {region}: credentials", error)
        return
    yield tried(f"ec2: {region}: instances", partial(_found, client.instances))
    yield tried(f"ec2: {region}: volumes", partial(_found, client.volumes))
    yield tried(f"ec2: {region}: prices", partial(_found, partial(client.list_price, PROBE.filters(region=region))))


def _found(listing: Callable[[], Sequence[Any]]) -> str:
    return f"readable, {len(listing())} found"
