"""Monitors from a file, as bodies for Datadog: what alerts, whom, and where the runbook is."""

from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from health_assets.datadog.names import SERVICE, common_tags
from health_assets.model.errors import ConfigError
from health_assets.scoring.unique_yaml import load_unique_yaml

PACKAGED = "health_assets/datadog/monitors.yaml"
MANAGED = "managed_by:health_assets"
#: Tag by which a monitor is found again.
NAME_KEY = "health_monitor"
EVERY_SOURCE = "*"
PRIORITY = {"critical": 2, "warning": 4}
MISSING = {"show": "show_no_data", "notify": "show_and_notify_no_data", "resolve": "resolve"}
#: A point of a tick is there within minutes.
EVALUATION_DELAY_SECONDS = 60


class Notify(BaseModel):
    """Handles that are called, by severity of the alert."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    critical: tuple[str, ...] = ()
    warning: tuple[str, ...] = ()


class Monitor(BaseModel):
    """One entry of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    metric: str = Field(pattern=r"^[a-z][a-z0-9_]*(\.([a-z0-9_]+|\*))+$")
    by: tuple[str, ...] = ()
    below: float | None = None
    above: float | None = None
    warning: float | None = None
    recovery: float | None = None
    over: int = Field(default=60, ge=1, le=10_080, description="minutes")
    severity: Literal["critical", "warning"] = "critical"
    priority: int | None = Field(default=None, ge=1, le=5)
    missing: Literal["show", "notify", "resolve"] = "show"
    renotify: int = Field(default=0, ge=0, description="minutes until an alert that stays is sent again; 0 = not")
    notify: Notify = Notify()
    runbook: str = Field(default="", pattern=r"^[a-z0-9-]*$")
    message: str = ""

    @model_validator(mode="after")
    def _one_direction(self) -> Self:
        if (self.below is None) == (self.above is None):
            raise ValueError("give either below or above")
        sign = 1 if self.above is None else -1
        steps = [value for value in (self.threshold, self.warning, self.recovery) if value is not None]
        if sorted(steps, key=lambda value: sign * value) != steps:
            raise ValueError("critical, warning and recovery must lie in this order, away from the alert")
        return self

    @property
    def threshold(self) -> float:
        """The critical one."""
        threshold = self.below if self.above is None else self.above
        if threshold is None:
            raise ValueError("neither below nor above")
        return threshold


def load_monitors(path: Path | None, *, known: frozenset[str], sources: Sequence[str]) -> tuple[Monitor, ...]:
    """The monitors of a file, the packaged one by default, one a source where a metric has a `*`.

    known: names of metrics and FoMs that this installation sends. Monitors of what it does not send are left out of the
    packaged file and refused in another. Raises ConfigError naming file, monitor and what is wrong.
    """
    origin = str(path) if path else PACKAGED
    try:
        text = path.read_text(encoding="utf-8") if path else (files(__package__) / "monitors.yaml").read_text("utf-8")
        read = TypeAdapter(tuple[Monitor, ...]).validate_python(load_unique_yaml(text) or [])
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{origin}: cannot be read: {error}", hint="check publish.datadog.monitors") from None
    except ValidationError as error:
        raise _named(error, origin=origin) from None
    names = [monitor.name for monitor in read]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError(f"{origin}: two monitors are named {', '.join(twice)}", hint="names identify monitors")
    spread = [one for monitor in read for one in _each_source(monitor, sources)]
    unknown = [monitor for monitor in spread if monitor.metric not in known]
    if path and unknown:
        raise ConfigError(
            f"{origin}: {unknown[0].name}: {unknown[0].metric} is not sent by this installation",
            hint="see health-assets metrics, or configure the source that measures it",
        )
    return tuple(monitor for monitor in spread if monitor.metric in known)


def body(monitor: Monitor, *, env: str, runbooks: str) -> dict[str, Any]:
    """The monitor as sent to Datadog. runbooks: base address of the runbooks, or empty."""
    thresholds = {
        "critical": monitor.threshold,
        "warning": monitor.warning,
        "critical_recovery": monitor.recovery,
    }
    return {
        "name": f"[health] {monitor.title}",
        "type": "query alert",
        "query": _query(monitor, env=env),
        "message": _message(monitor, runbooks=runbooks),
        "tags": sorted([*common_tags(env), MANAGED, f"{NAME_KEY}:{monitor.name}", f"severity:{monitor.severity}"]),
        "priority": monitor.priority or PRIORITY[monitor.severity],
        "options": {
            "thresholds": {name: value for name, value in thresholds.items() if value is not None},
            "on_missing_data": MISSING[monitor.missing],
            # points come every 15 minutes: a full window would never be seen
            "require_full_window": False,
            "evaluation_delay": EVALUATION_DELAY_SECONDS,
            "include_tags": True,
            "renotify_interval": monitor.renotify,
            "notify_audit": False,
        },
    }


def _each_source(monitor: Monitor, sources: Sequence[str]) -> Iterator[Monitor]:
    if EVERY_SOURCE not in monitor.metric:
        yield monitor
        return
    for source in sources:
        yield monitor.model_copy(
            update={
                "name": f"{monitor.name}_{source}",
                "metric": monitor.metric.replace(EVERY_SOURCE, source),
                "title": monitor.title.replace("{{source.name}}", source),
                "by": tuple(tag for tag in monitor.by if tag != "source"),
            }
        )


def _query(monitor: Monitor, *, env: str) -> str:
    below = monitor.above is None
    # the whole window must break the threshold: below it even at its best, above it even at its lowest
    over, sign = ("max", "<") if below else ("min", ">")
    # several scopes that are not told apart count by their worst
    space = "min" if below else "max"
    tags = ",".join(common_tags(env))
    by = f" by {{{','.join(monitor.by)}}}" if monitor.by else ""
    return f"{over}(last_{monitor.over}m):{space}:{monitor.metric}{{{tags}}}{by} {sign} {monitor.threshold:g}"


def _message(monitor: Monitor, *, runbooks: str) -> str:
    where = " ".join(f"{{{{{tag}.name}}}}" for tag in monitor.by)
    lines = [f"{monitor.message or monitor.title} {where}".rstrip() + ": {{value}}."]
    if monitor.runbook and runbooks:
        lines.append(f"What to do: {runbooks.rstrip('/')}/{monitor.runbook}.md")
    for severity, condition in (("critical", "is_alert"), ("warning", "is_warning")):
        handles = getattr(monitor.notify, severity)
        if handles:
            lines.append(f"{{{{#{condition}}}}} {' '.join(handles)} {{{{/{condition}}}}}")
    every = sorted({*monitor.notify.critical, *monitor.notify.warning})
    if every:
        lines.append(f"{{{{#is_recovery}}}} {' '.join(every)} {{{{/is_recovery}}}}")
        if monitor.missing == "notify":
            lines.append(f"{{{{#is_no_data}}}} {' '.join(every)} {{{{/is_no_data}}}}")
    return "\n\n".join(lines)


def _named(error: ValidationError, *, origin: str) -> ConfigError:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return ConfigError(
        f"{origin}: monitor {where}: {message}", hint=f"see {SERVICE}/datadog/monitors.yaml for the keys"
    )
