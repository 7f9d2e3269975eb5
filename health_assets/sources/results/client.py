"""Documents in a directory or bucket through fsspec: listed once, read side by side, written atomically.

The only network I/O of the result sources. A new file system object for each collection keeps no listing of the last.
"""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from health_assets.model.errors import Cause, SourceError
from health_assets.model.source import Meter
from health_assets.sources.results.settings import ResultSettings

SUFFIX = ".json"
#: A result is some hundred bytes; whatever is larger is none and not worth reading.
LARGEST_BYTES = 256 * 1024
#: Documents asked for at a time; the deadline is looked at in between.
CHUNK = 100
#: What s3fs and gcsfs let through when the storage failed, beside OSError: (module, exception).
BACKEND_ERRORS = (
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("aiohttp.client_exceptions", "ClientError"),
    ("google.auth.exceptions", "GoogleAuthError"),
    ("gcsfs.retry", "HttpError"),
    ("urllib3.exceptions", "HTTPError"),
)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A document as listed. stamp: ETag, else time of change; differs when the content does."""

    name: str
    path: str
    size: int
    stamp: str
    changed_at: datetime | None


class Directory:
    """One directory or bucket prefix. `meter` counts requests; nothing is asked for after `deadline`."""

    def __init__(self, settings: ResultSettings, *, deadline: float = float("inf"), meter: Meter | None = None) -> None:
        from fsspec.core import url_to_fs

        self.url = settings.results
        self.meter = meter or Meter()
        self._deadline = deadline
        try:
            self._files, self._path = url_to_fs(self.url, skip_instance_cache=True, **_options(settings))
        except ImportError as error:
            scheme = self.url.partition(":")[0]
            package = "s3fs" if scheme == "s3" else "gcsfs"
            raise SourceError(
                f"{self.url}: {package} is not installed", cause=Cause.UNREACHABLE, hint=f"pip install {package}"
            ) from error

    def documents(self) -> list[Listed]:
        """The *.json right in it, by name. Raises SourceError; one that is absent is no empty one."""
        self._spend("list")
        try:
            entries = self._files.ls(self._path, detail=True)
        except _storage_errors() as error:
            raise self._failure(error) from error
        if any(entry["type"] == "file" and entry["name"] == self._path for entry in entries):
            raise SourceError(f"{self.url} is a file", cause=Cause.NOT_FOUND, hint="name the directory that holds it")
        found = [_listed(entry) for entry in entries if entry["type"] == "file" and _is_document(entry["name"])]
        return sorted(found, key=lambda one: one.name)

    def read(self, documents: Sequence[Listed]) -> Iterator[tuple[Listed, bytes]]:
        """Each document with its content; one that was deleted since it was listed is left out. Raises SourceError."""
        for start in range(0, len(documents), CHUNK):
            chunk = documents[start : start + CHUNK]
            self._spend(*["read a document"] * len(chunk))
            try:
                bodies = self._files.cat([one.path for one in chunk], on_error="return")
            except _storage_errors() as error:
                raise self._failure(error) from error
            for one in chunk:
                body = bodies[one.path]
                if isinstance(body, FileNotFoundError):
                    continue
                if isinstance(body, _storage_errors()):
                    raise self._failure(body, what=one.name) from body
                if isinstance(body, BaseException):
                    raise body
                yield one, body

    def write(self, name: str, body: bytes) -> str:
        """Writes a document whole or not at all, and returns its address. Makes a directory that is absent."""
        target = f"{self._path}/{name}"
        try:
            if "file" in self._protocols:
                # a reader must never see half of it: the name appears by a rename; objects appear whole anyway
                unfinished = f"{self._path}/.{name}.unfinished"
                self._files.makedirs(self._path, exist_ok=True)
                self._files.pipe_file(unfinished, body)
                self._files.mv(unfinished, target)
            else:
                self._files.pipe_file(target, body)
        except _storage_errors() as error:
            raise self._failure(error, what=name) from error
        return str(self._files.unstrip_protocol(target)) if "file" not in self._protocols else target

    @property
    def _protocols(self) -> Sequence[str]:
        protocol = self._files.protocol
        return (protocol,) if isinstance(protocol, str) else protocol

    def _spend(self, *asked: str) -> None:
        """Counts requests before they are sent."""
        if time.monotonic() > self._deadline:
            raise SourceError(
                f"{self.url}: the deadline has passed",
                cause=Cause.DEADLINE,
                hint="the next tick tries again; raise deadline_seconds if the storage is always slow",
            )
        for what in asked:
            self.meter.count(what)

    def _failure(self, error: BaseException, *, what: str = "") -> SourceError:
        """What a failure of the storage means."""
        place = f"{self.url}/{what}" if what else self.url
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            hint = "make it, or let a job write the first result with health-assets report; check the setting results"
            return SourceError(f"{place}: there is no such directory", cause=Cause.NOT_FOUND, hint=hint)
        if isinstance(error, PermissionError):
            hint = "give this process the right to list and read it"
            return SourceError(f"{place}: permission denied", cause=Cause.PERMISSION, hint=hint)
        if "Credential" in type(error).__name__:
            hint = "set up the machine's credentials for this bucket (environment, profile or role)"
            return SourceError(f"{place}: {type(error).__name__}", cause=Cause.AUTHENTICATION, hint=hint)
        reason = getattr(error, "strerror", None) or type(error).__name__
        hint = "check the storage and the network; the next tick tries again"
        return SourceError(f"{place}: {reason}", cause=Cause.UNREACHABLE, hint=hint)


def _storage_errors() -> tuple[type[BaseException], ...]:
    """What means that the storage failed, of the backends that are loaded; anything else is a bug, and stays one."""
    # a module that another source's thread is just importing has no such name yet, and has raised nothing
    loaded = [getattr(sys.modules.get(module), name, None) for module, name in BACKEND_ERRORS]
    return (OSError, *filter(None, loaded))


def _options(settings: ResultSettings) -> dict[str, Any]:
    scheme = settings.results.partition("://")[0]
    endpoint = {} if settings.endpoint_url is None else {"endpoint_url": settings.endpoint_url}
    if scheme == "s3":
        limits = {
            "connect_timeout": settings.connect_timeout_seconds,
            "read_timeout": settings.read_timeout_seconds,
            "retries": {"total_max_attempts": 3, "mode": "standard"},
        }
        return {"config_kwargs": limits, "use_listings_cache": False, **endpoint}
    if scheme in {"gs", "gcs"}:
        seconds = settings.connect_timeout_seconds + settings.read_timeout_seconds
        return {"timeout": seconds, "use_listings_cache": False, **endpoint}
    return {}


def _is_document(path: str) -> bool:
    name = PurePosixPath(path).name
    return name.endswith(SUFFIX) and not name.startswith(".")


def _listed(entry: Mapping[str, Any]) -> Listed:
    changed = next((entry[key] for key in ("LastModified", "updated", "mtime") if entry.get(key)), None)
    if isinstance(changed, int | float):
        changed = datetime.fromtimestamp(changed, tz=UTC)
    elif isinstance(changed, str):
        changed = datetime.fromisoformat(changed.replace("Z", "+00:00"))
    stamp = entry.get("ETag") or entry.get("etag") or (changed.isoformat() if changed else "")
    return Listed(
        name=PurePosixPath(entry["name"]).name,
        path=entry["name"],
        size=int(entry["size"]),
        stamp=str(stamp).strip('"'),
        changed_at=changed,
    )
