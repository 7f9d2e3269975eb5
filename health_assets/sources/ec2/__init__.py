"""AWS EC2: instances, EBS volumes and snapshots, idleness and list prices (scope = region).

Signs in the way every AWS tool does: environment, profile or the machine's role. It needs ec2:DescribeInstances,
ec2:DescribeInstanceTypes, ec2:DescribeVolumes, ec2:DescribeSnapshots, ec2:DescribeSpotPriceHistory,
cloudwatch:GetMetricData and pricing:GetProducts. On loopback (the sandbox) nothing is signed.

Limits: AWS tells only what is there now, so all but the EBS snapshots exists only for days on which it was recorded. A
terminated instance stays listed for about an hour and is not counted. Prices are list prices: discounts and savings
plans are not in them, nor is EBS. CloudWatch bills each metric that is asked for: one for a running instance and tick.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from health_assets.model.record import Batch
from health_assets.model.source import Check, FetchRequest, Source
from health_assets.sources.ec2.metrics import FAMILIES
from health_assets.sources.ec2.records import KINDS
from health_assets.sources.ec2.settings import Settings

__all__ = ["SOURCE", "Settings"]

#: The region of the demo.
REGION = "us-east-1"


def _scopes(settings: Settings) -> Sequence[str]:
    return settings.regions


def _fetch(settings: Settings, request: FetchRequest) -> Batch:
    from health_assets.sources.ec2.fetch import fetch

    return fetch(settings, request)


def _diagnose(settings: Settings) -> Sequence[Check]:
    from health_assets.sources.ec2.doctor import diagnose

    return diagnose(settings)


def _demo(base_url: str) -> Mapping[str, Any]:
    address = f"{base_url}/aws/{{region}}"
    prices = f"{base_url}/aws/{REGION}"
    return {"regions": [REGION], "endpoints": {"ec2": address, "cloudwatch": address, "pricing": prices}}


SOURCE = Source(
    name="ec2",
    title="AWS EC2",
    description="Instances, EBS volumes and snapshots of the configured regions.",
    kinds=KINDS,
    families=FAMILIES,
    settings=Settings,
    scopes=_scopes,
    fetch=_fetch,
    diagnose=_diagnose,
    demo=_demo,
    scopes_share_a_server=False,
)
