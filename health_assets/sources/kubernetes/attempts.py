"""Reads of an API, one at a time: counted, repeated where that may help, every failure told with its cause."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random

from health_assets.model.errors import Cause, SourceError
from health_assets.model.source import Meter
from health_assets.sources.github.answers import Received, RequestFailed, payload_of

TRIES = 3


class Attempts:
    """How one fetch reads: until its deadline, on its meter, with the hints of its source.

    deadline: a time.monotonic() reading after which no request is begun. broken: what the client library raises when
    a connection fails. hints: cause -> what to do. secrets: texts that no message may show.
    """

    def __init__(
        self,
        *,
        deadline: float,
        meter: Meter,
        broken: type[Exception],
        hints: Mapping[Cause, str],
        secrets: tuple[str, ...] = (),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._deadline = deadline
        self.meter = meter
        self._broken = broken
        self._hints = hints
        self._secrets = tuple(secret for secret in secrets if secret)
        self._sleep = sleep

    def read(self, send: Callable[[], Received], *, what: str) -> Any:
        """The parsed JSON of the answer that `send` brings. Raises SourceError; `what` names scope, verb and path."""
        jitter = wait_random(0.1, 0.3)

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            return jitter(state) + (error.retry_in or 0.0 if isinstance(error, RequestFailed) else 0.0)

        try:
            return Retrying(
                stop=stop_after_attempt(TRIES),
                wait=wait,
                retry=retry_if_exception(self._worth_repeating),
                sleep=self._sleep,
                reraise=True,
            )(self._once, send, what)
        except SourceError as error:
            raise self.failure(error.message, cause=error.cause) from None

    def failure(self, message: str, *, cause: Cause) -> SourceError:
        """A failure with the source's hint and the requests made so far, and without any secret."""
        for secret in self._secrets:
            message = message.replace(secret, "***")
        return SourceError(message, cause=cause, hint=self._hints.get(cause, ""), requests=self.meter.requests)

    def _once(self, send: Callable[[], Received], what: str) -> Any:
        if time.monotonic() >= self._deadline:
            raise RequestFailed(f"{what}: not sent, the deadline has passed", cause=Cause.DEADLINE)
        self.meter.requests += 1
        try:
            answer = send()
        except self._broken as error:
            raise RequestFailed(f"{what}: {_reason(error)}", cause=Cause.UNREACHABLE, retry_in=0.0) from None
        return payload_of(answer, what=what)

    def _worth_repeating(self, error: BaseException) -> bool:
        if not isinstance(error, RequestFailed) or error.retry_in is None:
            return False
        return time.monotonic() + error.retry_in + 1.0 < self._deadline


def _reason(error: Exception) -> str:
    """What broke, without the library's text: that names addresses and may hold the query."""
    text, name = str(error).lower(), type(error).__name__
    if "refused" in text:
        return "the connection was refused"
    if "resolve" in text or "name or service" in text:
        return "the host name cannot be resolved"
    if "certificate" in text or "ssl" in text:
        return "the certificate was not accepted, or TLS is not spoken there"
    if "timeout" in name.lower():
        return "no answer in time"
    return f"the connection failed ({name})"
