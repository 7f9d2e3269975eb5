"""The only module of this source that talks to a SkyPilot API server: httpx, bounded retries, a request count.

A read takes two requests: POST submits it and names a request id, GET /api/get waits until it is done. All reads only
look things up, so that a POST whose answer was lost may be repeated. Bodies are read in pieces against the deadline,
because a trickle of bytes never trips a read timeout.
"""

import time
from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Any, Self

import httpx

from health_assets.model.errors import Cause, SourceError
from health_assets.model.source import Meter
from health_assets.sources.answers import Received, RequestFailed
from health_assets.sources.attempts import MARGIN_SECONDS, Attempts
from health_assets.sources.skypilot.answers import HINTS, answer_of, result_of
from health_assets.sources.skypilot.settings import Settings

#: The API this client was written against; a server shapes its answers for the version that asks.
VERSIONS = {"X-SkyPilot-API-Version": "62", "X-SkyPilot-Version": "0.14.1"}
REQUEST_ID = "x-skypilot-request-id"


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
        secret = "" if settings.token is None else settings.token.resolve(key="sources.skypilot.token")
        self._attempts = Attempts(
            scope=settings.name,
            deadline=deadline,
            meter=meter,
            broken=httpx.RequestError,
            hints=HINTS,
            secrets=(secret,),
            sleep=sleep,
        )
        signed = {"Authorization": f"Bearer {secret}"} if secret else {}
        self._http = httpx.Client(base_url=settings.api_url, headers={**VERSIONS, **signed})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._attempts.meter.requests

    def failure(self, message: str, *, cause: Cause) -> SourceError:
        """A failure of this server, with what to do."""
        return self._attempts.failure(message, cause=cause)

    def health(self) -> Mapping[str, Any]:
        """The server's own description: status, version, api_version. Raises SourceError."""
        path = "/api/health"
        body = self._attempts.read(lambda: self._send("GET", path), what=f"GET {path}", meaning=answer_of)
        if not isinstance(body, Mapping):
            raise self.failure(f"GET {path}: the answer is not an object", cause=Cause.BAD_PAYLOAD)
        return body

    def submit(self, path: str, body: Mapping[str, Any]) -> str:
        """Submits a read and returns the id to ask for its result. Raises SourceError."""
        send = partial(self._send, "POST", path, body=body)
        request_id: str = self._attempts.read(send, what=f"POST {path}", meaning=_request_id)
        return request_id

    def result(self, request_id: str, *, of: str) -> Any:
        """What the submitted read returned; `of` is its path, for messages. Raises SourceError, also when stuck."""
        send = partial(self._send, "GET", "/api/get", query={"request_id": request_id}, awaited=True)
        return self._attempts.read(send, what=f"result of {of}", counted="GET /api/get", meaning=result_of)

    def _send(
        self,
        verb: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        awaited: bool = False,
    ) -> Received:
        limits = self._settings
        patience = limits.result_timeout_seconds if awaited else limits.read_timeout_seconds
        # ends before the deadline, so that what is told is that the server is stuck
        patience = max(0.1, min(patience, self._attempts.remaining - MARGIN_SECONDS))
        timeout = httpx.Timeout(
            patience, connect=min(limits.connect_timeout_seconds, max(0.1, self._attempts.remaining))
        )
        try:
            with self._http.stream(verb, path, json=body, params=query, timeout=timeout) as response:
                return self._received(response, what=f"{verb} {path}")
        except httpx.ReadTimeout:
            if not awaited:
                raise
            waited = f"the server accepted the request and had no result after {patience:.0f} s"
            raise RequestFailed(
                f"{limits.name}: {verb} {path}: stuck, {waited}",
                cause=Cause.DEADLINE,
                hint="see `sky api status`: requests that stay PENDING need the API server restarted",
            ) from None

    def _received(self, response: httpx.Response, *, what: str) -> Received:
        pieces = []
        for piece in response.iter_bytes():
            pieces.append(piece)
            if self._attempts.remaining <= 0:
                message = f"{self._settings.name}: {what}: the answer was still arriving at the deadline"
                raise RequestFailed(message, cause=Cause.DEADLINE)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Received(status=response.status_code, headers=headers, text=b"".join(pieces).decode(errors="replace"))


def _request_id(answer: Received, *, what: str) -> str:
    answer_of(answer, what=what)
    request_id = answer.headers.get(REQUEST_ID)
    if not request_id:
        raise RequestFailed(f"{what}: the answer names no request id", cause=Cause.BAD_PAYLOAD)
    return request_id
