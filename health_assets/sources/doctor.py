"""The lines of `health-assets doctor`, as every source makes them."""

from collections.abc import Callable, Iterator

from health_assets.model.errors import HealthError
from health_assets.model.source import Check
from health_assets.sources.secret import EnvSecret

Probe = Callable[[], str]
"""Tries something and says what it found. Raises HealthError."""


def tried(name: str, probe: Probe) -> Check:
    """What the probe found, or why it failed and what to do."""
    try:
        return Check(name=name, ok=True, detail=probe())
    except HealthError as error:
        return refused(name, error)


def refused(name: str, error: HealthError) -> Check:
    """The line of a failure."""
    return Check(name=name, ok=False, detail=error.message, hint=error.hint)


def tried_in_turn(reach: tuple[str, Probe], *others: tuple[str, Probe]) -> Iterator[Check]:
    """The first probe and, where it works, the others: behind a closed door everything fails alike."""
    first = tried(*reach)
    yield first
    if first.ok:
        yield from (tried(name, probe) for name, probe in others)


def signed_in_with(secret: EnvSecret | None, what: str) -> str:
    """How a source signs in: with `what` from an environment variable, or not at all on loopback."""
    return "none needed on loopback" if secret is None else f"{what} from {secret.env}"
