"""health.yaml as typed settings; secrets only as references to environment variables (design section 10).

Lookup: an explicit path, else the sandbox when HEALTH_SANDBOX=1 (the demo), else HEALTH_CONFIG, else ./health.yaml,
else no configuration at all, which means the sandbox too. The sandbox has a store and a page of its own, which no
setting moves, so that invented numbers never mix with real ones.
"""

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from health_assets.datadog.settings import Settings as DatadogSettings
from health_assets.model.errors import ConfigError
from health_assets.scoring.unique_yaml import load_unique_yaml
from health_assets.sources.registry import SOURCES

DEFAULT_FILE = "health.yaml"
FORCE_SANDBOX = "HEALTH_SANDBOX"
SANDBOX_PORT = 8737


class _Strict(BaseModel):
    """Settings refuse keys they do not know: a misspelt threshold must not be ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PageSettings(_Strict):
    """Where the page, grid.json and grid.csv are written."""

    path: Path = Field(default=Path("var/site"), description="Folder; made when it is absent")


class PublishSettings(_Strict):
    """Publishers; present = on."""

    page: PageSettings = PageSettings()
    datadog: DatadogSettings | None = Field(default=None, description="Metrics, dashboards and monitors in Datadog")


class Settings(_Strict):
    """Everything but the sources, whose settings belong to their folders."""

    timezone: str = Field(default="UTC", description="IANA timezone of the partition days")
    start_date: date = Field(
        default=date(2026, 1, 1), description="First partition day; move it by hand, never computed"
    )
    store: str = Field(default="sqlite:///var/health.db", description="SQLAlchemy URL; HEALTH_STORE_URL wins")
    window_days: int = Field(default=7, ge=1, le=31, description="Columns of the grid")
    stale_after_hours: float = Field(default=4.0, gt=0, description="Age at which a value turns grey")
    owner: str = Field(
        default="team:health", pattern=r"^(team:[\w-]+|[^@\s]+@[^@\s]+)$", description="Owner of the assets"
    )
    sources: Mapping[str, Any] = Field(default_factory=dict, description="Sources; present = on")
    foms: Mapping[str, Mapping[str, Any]] = Field(
        default_factory=dict, description="Name of a row -> what to change, or a whole new row"
    )
    publish: PublishSettings = PublishSettings()

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is not an IANA timezone such as UTC or Europe/Berlin") from error
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The timezone of the partition days."""
        return ZoneInfo(self.timezone)

    @property
    def stale_after(self) -> timedelta:
        """Age at which a value turns grey."""
        return timedelta(hours=self.stale_after_hours)


@dataclass(frozen=True, kw_only=True)
class Config:
    """Settings with where they came from. `origin` is a file name for messages; `sandbox` = no configuration at all,
    then the services stand on `sandbox_port` of the loopback."""

    settings: Settings
    origin: str
    sandbox: bool
    sandbox_port: int = SANDBOX_PORT


def load_config(path: Path | None = None, *, environ: Mapping[str, str] | None = None) -> Config:
    """Reads and checks the configuration. Raises ConfigError with file, key and what to do."""
    environ = os.environ if environ is None else environ
    if environ.get(FORCE_SANDBOX) == "1" and path is None:
        return _sandbox(environ)
    named = path or (Path(environ["HEALTH_CONFIG"]) if environ.get("HEALTH_CONFIG") else None)
    file = named or Path(DEFAULT_FILE)
    if not file.is_file():
        if named is not None:
            raise ConfigError(f"{file}: there is no such file", hint="check --config or HEALTH_CONFIG")
        return _sandbox(environ)
    settings = parse_settings(_read_yaml(file), origin=str(file))
    return Config(settings=_with_store_url(settings, environ), origin=str(file), sandbox=False)


def parse_settings(document: Any, *, origin: str) -> Settings:
    """Checked settings from a parsed YAML document. Raises ConfigError naming `origin` and the key."""
    if not isinstance(document, Mapping):
        raise ConfigError(
            f"{origin}: expected keys and values at the top", hint="see docs/configuration.md for an example"
        )
    try:
        settings = Settings.model_validate(document)
    except ValidationError as error:
        raise _config_error(error, Settings, origin=origin, prefix="") from None
    if not settings.sources:
        raise ConfigError(f"{origin}: sources: no source is configured", hint=f"add one of {', '.join(SOURCES)}")
    typed: dict[str, Any] = {}
    for name, body in settings.sources.items():
        if name not in SOURCES:
            hint = _suggestion(name, SOURCES) or f"known sources: {', '.join(SOURCES)}"
            raise ConfigError(f"{origin}: sources.{name}: there is no such source", hint=hint)
        model = SOURCES[name].settings
        try:
            typed[name] = model.model_validate(body if body is not None else {})
        except ValidationError as error:
            raise _config_error(error, model, origin=origin, prefix=f"sources.{name}.") from None
    return settings.model_copy(update={"sources": typed})


def settings_schema() -> dict[str, Any]:
    """JSON Schema of health.yaml for editors, with every source's own settings in it."""
    schema = Settings.model_json_schema()
    sources: dict[str, Any] = {}
    for name, source in SOURCES.items():
        part = source.settings.model_json_schema(ref_template=f"#/$defs/{name}.{{model}}")
        schema.setdefault("$defs", {}).update({f"{name}.{key}": body for key, body in part.pop("$defs", {}).items()})
        sources[name] = part
    schema["properties"]["sources"] = {"type": "object", "properties": sources, "additionalProperties": False}
    return schema


def _read_yaml(file: Path) -> Any:
    try:
        return load_unique_yaml(file.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigError(f"{file}:{place} {error.problem}", hint="mend the YAML") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}", hint="check the file and its permissions") from None


def _config_error(error: ValidationError, model: type[BaseModel], *, origin: str, prefix: str) -> ConfigError:
    first = error.errors(include_url=False, include_input=False)[0]
    where = prefix + ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = list(model.model_fields)
        hint = _suggestion(str(first["loc"][-1]), known) or f"known keys here: {', '.join(known)}"
        return ConfigError(f"{origin}: {where}: unknown key", hint=hint)
    message = first["msg"].removeprefix("Value error, ")
    return ConfigError(f"{origin}: {where}: {message}", hint="see docs/configuration.md")


def _suggestion(word: str, known: Any) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"did you mean {close[0]}?" if close else ""


def _with_store_url(settings: Settings, environ: Mapping[str, str]) -> Settings:
    url = environ.get("HEALTH_STORE_URL")
    return settings.model_copy(update={"store": url}) if url else settings


def _sandbox(environ: Mapping[str, str]) -> Config:
    port = environ.get("HEALTH_SANDBOX_PORT") or str(SANDBOX_PORT)
    if not (port.isdecimal() and 0 < int(port) < 65536):
        raise ConfigError(f"HEALTH_SANDBOX_PORT: {port!r} is not a port", hint="choose one from 1 to 65535")
    url = f"http://127.0.0.1:{port}"
    document = {
        "store": "sqlite:///var/sandbox/health.db",
        # a source that measures only what rows ask it has nothing to show without such a row
        "sources": {name: dict(source.demo(url)) for name, source in SOURCES.items() if source.families},
        "publish": {
            "page": {"path": "var/sandbox/site"},
            "datadog": sandbox_datadog(url),
        },
    }
    settings = parse_settings(document, origin="the sandbox's own settings")
    origin = "no configuration: the built-in sandbox"
    return Config(settings=settings, origin=origin, sandbox=True, sandbox_port=int(port))


def sandbox_datadog(url: str) -> dict[str, Any]:
    """`publish.datadog` of the sandbox at a base address."""
    return {"api_url": f"{url}/datadog", "env": "demo", "runbooks": "docs/runbooks"}
