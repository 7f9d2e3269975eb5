"""The facts of one region that the stand-in serves as of an instant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: So long AWS lists a terminated instance.
LINGERS = timedelta(hours=1)
Span = tuple[datetime, datetime | None]


def inside(spans: Sequence[Span], at: datetime) -> datetime | None:
    """The start of the span that holds `at`; None when none does."""
    return next((start for start, end in spans if start <= at and (end is None or at < end)), None)


@dataclass(frozen=True, kw_only=True)
class InstanceType:
    """Size and dollars an hour; None = not in the price list, or not sold as spot."""

    vcpus: int
    gpus: int = 0
    list_price: float | None = None
    spot_price: float | None = None


@dataclass(frozen=True, kw_only=True)
class Instance:
    """An instance. runs: when it was running, the first start is its launch. cpu: (from, percent), oldest first."""

    instance_id: str
    instance_type: str
    runs: Sequence[Span]
    terminated_at: datetime | None = None
    spot: bool = False
    zone: str = "a"
    operation: str = "RunInstances"
    platform: str = "Linux/UNIX"
    cpu: Sequence[tuple[datetime, float]] = ()

    def state(self, at: datetime) -> str | None:
        """Its state; None when it is not listed."""
        if at < self.runs[0][0] or (self.terminated_at is not None and self.terminated_at + LINGERS <= at):
            return None
        if self.terminated_at is not None and self.terminated_at <= at:
            return "terminated"
        return "running" if inside(self.runs, at) else "stopped"

    def cpu_percent(self, at: datetime) -> float | None:
        """CPU utilisation; None while it does not run."""
        if self.state(at) != "running":
            return None
        return next((percent for since, percent in reversed(self.cpu) if since <= at), None)


@dataclass(frozen=True, kw_only=True)
class Volume:
    """An EBS volume and when it was attached."""

    volume_id: str
    size_gib: int
    created_at: datetime
    deleted_at: datetime | None = None
    attached: Sequence[Span] = ()


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """An EBS snapshot."""

    snapshot_id: str
    size_gib: int
    started_at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Region:
    """Everything of one region. types: by name."""

    instances: Sequence[Instance] = ()
    volumes: Sequence[Volume] = ()
    snapshots: Sequence[Snapshot] = ()
    types: Mapping[str, InstanceType] = field(default_factory=dict)
