"""A total deadline for work that may block: a body that trickles one byte a second never trips a read timeout."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from health_assets.model.errors import Cause, SourceError

Result = TypeVar("Result")


def run_within(seconds: float, work: Callable[[], Result], *, what: str) -> Result:
    """The result of work(), which runs in a daemon thread; what it raises is raised here.

    Raises SourceError (deadline) when it does not return within `seconds`. The thread is then abandoned, because a
    blocked read cannot be interrupted; so work() must only return data and write nothing.
    """
    outcome: Future[Result] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001 - handed over to the waiting thread, which raises it
            outcome.set_exception(error)

    threading.Thread(target=run, name=f"within {seconds:g} s: {what}", daemon=True).start()
    try:
        return outcome.result(timeout=max(0.0, seconds))
    except TimeoutError:
        if outcome.done():
            raise
        raise SourceError(
            f"{what}: gave up after {seconds:.0f} s",
            cause=Cause.DEADLINE,
            hint="the next tick tries again; raise deadline_seconds if this source is always slow",
        ) from None
