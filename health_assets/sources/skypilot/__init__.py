"""SkyPilot: managed jobs and clusters of one API server (scope = the server's name in the settings).

Talks to the server's REST interface with httpx; the skypilot package itself cannot be installed beside wandb. Signs in
with a service account token (`token: {env: SKYPILOT_TOKEN}`); on loopback no credentials are needed.

A read is submitted, gets a request id, and is waited for; the server answers after seconds, or never when its queue is
stuck, so that a deadline of our own ends the wait. A tick makes 4 to 6 requests whatever the number of jobs. Times of
past jobs tell past days; clusters exist only for now. A stopped jobs controller knows no jobs at all: that is a
failure of the source, not zero jobs. Servers below API version 54 ignore the filter by time and send every job.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from health_assets.model.record import Batch
from health_assets.model.source import Check, FetchRequest, Source
from health_assets.sources.skypilot.metrics import FAMILIES
from health_assets.sources.skypilot.records import KINDS
from health_assets.sources.skypilot.settings import Settings

__all__ = ["SOURCE", "Settings"]


def _scopes(settings: Settings) -> Sequence[str]:
    return (settings.name,)


def _fetch(settings: Settings, request: FetchRequest) -> Batch:
    from health_assets.sources.skypilot.fetch import fetch

    return fetch(settings, request)


def _diagnose(settings: Settings) -> Sequence[Check]:
    from health_assets.sources.skypilot.doctor import diagnose

    return diagnose(settings)


def _demo(base_url: str) -> Mapping[str, Any]:
    # round numbers, not any cloud's prices
    prices = {"L4": (0.8, 0.3), "A10G": (1.0, 0.4), "L40S": (1.9, 0.8), "H100": (6.0, 2.5)}
    gpu_prices = {name: {"on_demand": on_demand, "spot": spot} for name, (on_demand, spot) in prices.items()}
    return {"api_url": f"{base_url}/skypilot", "gpu_prices": gpu_prices}


SOURCE = Source(
    name="skypilot",
    title="SkyPilot",
    description="Managed jobs and clusters of the configured SkyPilot API server.",
    kinds=KINDS,
    families=FAMILIES,
    settings=Settings,
    scopes=_scopes,
    fetch=_fetch,
    diagnose=_diagnose,
    demo=_demo,
)
