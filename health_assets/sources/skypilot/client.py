"""The only module of this source that talks to a SkyPilot API server: httpx, bounded retries, a request count.

A read takes two requests: POST submits it and names a request id, GET /api/get waits until it is done. All reads only
look things up, so that a POST whose answer was lost may be repeated. Bodies are read in pieces against the deadline,
because a trickle of bytes never trips a read timeout.
"""

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from health_assets.model.errors import Cause, SourceError
from health_assets.model.source import Meter
from health_assets.sources.skypilot.answers import Received, RequestFailed, payload_of, result_of
from health_assets.sources.skypilot.settings import Settings

#: Seconds before the second and the third try.
PAUSES = (0.2, 0.6)
#: The API this client was written against; a server shapes its answers for the version that asks.
VERSIONS = {"X-SkyPilot-API-Version": "62", "X-SkyPilot-Version": "0.14.1"}
REQUEST_ID = "x-skypilot-request-id"
#: The wait for a result ends this much before the deadline, so that what is told is that the server is stuck.
MARGIN_SECONDS = 0.5

Result = TypeVar("Result")


class Client:
    """Reads one API server. `requests` counts every HTTP request, the repeated ones too.

    deadline: a time.monotonic() reading after which no request is begun and no body is read on.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        deadline: float,
        meter: Meter | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._deadline = deadline
        self._meter = meter or Meter()
        self._sleep = sleep
        self._secret = "" if settings.token is None else settings.token.resolve(key="sources.skypilot.token")
        signed = {"Authorization": f"Bearer {self._secret}"} if self._secret else {}
        self._http = httpx.Client(base_url=settings.api_url, headers={**VERSIONS, **signed})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    @property
    def name(self) -> str:
        """What the server is called."""
        return self._settings.name

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._meter.requests

    def health(self) -> Mapping[str, Any]:
        """The server's own description: status, version, api_version. Raises SourceError."""
        what = f"{self._settings.name}: GET /api/health"

        def once() -> Mapping[str, Any]:
            body = payload_of(self._send("GET", "/api/health", what=what), what=what)
            if not isinstance(body, Mapping):
                raise RequestFailed(f"{what}: the answer is not an object", cause=Cause.BAD_PAYLOAD)
            return body

        return self._retrying(once)

    def submit(self, path: str, body: Mapping[str, Any]) -> str:
        """Submits a read and returns the id to ask for its result. Raises SourceError."""
        what = f"{self._settings.name}: POST {path}"

        def once() -> str:
            answer = self._send("POST", path, what=what, body=body)
            payload_of(answer, what=what)
            request_id = answer.headers.get(REQUEST_ID)
            if not request_id:
                raise RequestFailed(f"{what}: the answer names no request id", cause=Cause.BAD_PAYLOAD)
            return request_id

        return self._retrying(once)

    def result(self, request_id: str, *, of: str) -> Any:
        """What the submitted read returned; `of` is its path, for messages. Raises SourceError, also when stuck."""
        what = f"{self._settings.name}: result of {of}"

        def once() -> Any:
            answer = self._send("GET", "/api/get", what=what, query={"request_id": request_id}, awaited=True)
            return result_of(payload_of(answer, what=what), what=what)

        return self._retrying(once)

    def _retrying(self, once: Callable[[], Result]) -> Result:
        for pause in (*PAUSES, None):
            try:
                return once()
            except RequestFailed as error:
                wait = None if pause is None or error.retry_in is None else pause + error.retry_in
                if wait is None or time.monotonic() + wait + MARGIN_SECONDS > self._deadline:
                    text = error.message.replace(self._secret, "***") if self._secret else error.message
                    raise SourceError(text, cause=error.cause, hint=error.hint, requests=self.requests) from None
                self._sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _send(
        self,
        verb: str,
        path: str,
        *,
        what: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        awaited: bool = False,
    ) -> Received:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise _too_late(f"{what}: not sent, the deadline of {self._settings.deadline_seconds:g} s has passed")
        limits = self._settings
        patience = limits.result_timeout_seconds if awaited else limits.read_timeout_seconds
        patience = max(0.1, min(patience, remaining - MARGIN_SECONDS))
        timeout = httpx.Timeout(patience, connect=min(limits.connect_timeout_seconds, remaining))
        self._meter.requests += 1
        try:
            with self._http.stream(verb, path, json=body, params=query, timeout=timeout) as response:
                return self._received(response, what=what)
        except httpx.ReadTimeout:
            if awaited:
                raise RequestFailed(
                    f"{what}: stuck, the server accepted the request and had no result after {patience:.0f} s",
                    cause=Cause.DEADLINE,
                    hint="see `sky api status`: requests that stay PENDING need the API server restarted",
                ) from None
            raise RequestFailed(
                f"{what}: no answer within {patience:g} s", cause=Cause.UNREACHABLE, retry_in=0.0
            ) from None
        except httpx.RequestError as error:
            raise RequestFailed(f"{what}: {_reason(error)}", cause=Cause.UNREACHABLE, retry_in=0.0) from None

    def _received(self, response: httpx.Response, *, what: str) -> Received:
        pieces = []
        for piece in response.iter_bytes():
            pieces.append(piece)
            if time.monotonic() > self._deadline:
                raise _too_late(f"{what}: the answer was still arriving at the deadline")
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Received(status=response.status_code, headers=headers, text=b"".join(pieces).decode(errors="replace"))


def _too_late(message: str) -> RequestFailed:
    hint = "the next tick tries again; raise deadline_seconds if this source is always slow"
    return RequestFailed(message, cause=Cause.DEADLINE, hint=hint)


def _reason(error: httpx.RequestError) -> str:
    text = str(error).lower()
    if "refused" in text:
        return "the connection was refused"
    if "name or service" in text or "resolve" in text or "getaddrinfo" in text:
        return "the host name cannot be resolved"
    return f"the connection failed ({type(error).__name__})"
