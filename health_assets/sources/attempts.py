"""Requests of one fetch: counted, within the deadline, repeated where that may help, every failure told with its cause.

A request is repeated twice at most, and only where what failed may pass: no connection, 5xx, or a quota that is free
again within seconds. Nothing sleeps until a quota resets.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random

from health_assets.model.errors import Cause, SourceError
from health_assets.model.source import Meter
from health_assets.sources.answers import HINTS, Received, RequestFailed, payload_of

TRIES = 3
#: Seconds before a repetition, beside what the server asks for.
PAUSE = wait_random(0.1, 0.5)
#: A repetition must leave this much of the time for its answer.
MARGIN_SECONDS = 1.0

Result = TypeVar("Result")


class Attempts:
    """How one fetch asks: in the name of `scope`, until its deadline, on its meter, with the hints of its source.

    deadline: a time.monotonic() reading after which no request is begun. broken: what the client library raises when
    a connection fails. hints: cause -> what to do. secrets: texts that no message may show; more may be added.
    """

    def __init__(
        self,
        *,
        scope: str,
        deadline: float,
        meter: Meter | None,
        broken: type[Exception],
        hints: Mapping[Cause, str],
        secrets: tuple[str, ...] = (),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.scope = scope
        self.meter = meter or Meter()
        self.secrets = list(secrets)
        self._deadline = deadline
        self._broken = broken
        self._hints = {**HINTS, **hints}
        self._sleep = sleep

    @property
    def remaining(self) -> float:
        """Seconds until the deadline, below 0 after it."""
        return self._deadline - time.monotonic()

    def read(
        self,
        send: Callable[[], Received],
        *,
        what: str,
        counted: str = "",
        meaning: Callable[..., Any] = payload_of,
        before_repeating: Callable[[], None] | None = None,
        tries: int = TRIES,
    ) -> Any:
        """What the answer that `send` brings means, by default its parsed JSON. Raises SourceError.

        what: verb and path. counted: how the meter names it, when not so. meaning: (answer, what=) -> result; raises
        RequestFailed. tries: 1 for what would be there twice when a lost answer is asked for again.
        """
        named = f"{self.scope}: {what}"
        return self.run(
            lambda: meaning(self.send(send, what=what, counted=counted), what=named),
            before_repeating=before_repeating,
            tries=tries,
        )

    def run(
        self,
        once: Callable[[], Result],
        *,
        before_repeating: Callable[[], None] | None = None,
        tries: int = TRIES,
    ) -> Result:
        """once(), repeated where the RequestFailed that it raises says so and the time allows. Raises SourceError."""
        try:
            return Retrying(
                stop=stop_after_attempt(tries),
                wait=_wait,
                retry=retry_if_exception(self._is_worth_repeating),
                sleep=self._sleep,
                before_sleep=None if before_repeating is None else lambda _: before_repeating(),
                reraise=True,
            )(once)
        except SourceError as error:
            raise self._told(error.message, cause=error.cause, hint=error.hint) from None

    def send(self, send: Callable[[], Received], *, what: str, counted: str = "") -> Received:
        """One request, counted. Raises RequestFailed after the deadline and where the connection fails."""
        if self.remaining <= 0:
            raise RequestFailed(f"{self.scope}: {what}: not sent, the deadline has passed", cause=Cause.DEADLINE)
        self.meter.count(counted or what)
        try:
            return send()
        except self._broken as error:
            message = f"{self.scope}: {what}: {connection_problem(error)}"
            raise RequestFailed(message, cause=Cause.UNREACHABLE, retry_in=0.0) from None

    def failure(self, message: str, *, cause: Cause, hint: str = "") -> SourceError:
        """A failure of this scope, with what to do and the requests made so far, and without any secret."""
        return self._told(f"{self.scope}: {message}", cause=cause, hint=hint)

    def _told(self, message: str, *, cause: Cause, hint: str) -> SourceError:
        for secret in filter(None, self.secrets):
            message = message.replace(secret, "***")
        hint = hint or self._hints.get(cause, "")
        return SourceError(message, cause=cause, hint=hint, requests=self.meter.requests)

    def _is_worth_repeating(self, error: BaseException) -> bool:
        if not isinstance(error, RequestFailed) or error.retry_in is None:
            return False
        return error.retry_in + MARGIN_SECONDS < self.remaining


def connection_problem(error: Exception) -> str:
    """What broke, without the library's text: that names addresses and may hold the query."""
    text, name = str(error).lower(), type(error).__name__
    if "refused" in text:
        return "the connection was refused"
    if "resolve" in text or "name or service" in text or "getaddrinfo" in text:
        return "the host name cannot be resolved"
    if "certificate" in text or "ssl" in text:
        return "the certificate was not accepted, or TLS is not spoken there"
    if "timeout" in name.lower():
        return "no answer in time"
    return f"the connection failed ({name})"


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_in if isinstance(error, RequestFailed) else None
    return PAUSE(state) + (asked or 0.0)
