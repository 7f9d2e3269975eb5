"""Sandbox mode: whoever needs the services finds them, started for the occasion if need be.

The server's libraries are imported when one is started: a code location that uses real services never loads them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from health_assets.config import Config
from health_assets.model.errors import HealthError
from health_assets.model.source import Source
from health_assets.pipeline.clock import Clock
from health_assets.sandbox.presence import is_serving

Sources = Mapping[str, tuple[Source, Any]]


@contextmanager
def sandbox_reachable(sources: Sources, *, port: int, clock: Clock) -> Iterator[Sources]:
    """`sources` as they are while a sandbox answers on `port`, else pointing at one that lives as long as this.

    Its history is a function of the calendar, so that every sandbox serves the same past.
    """
    if is_serving(port):
        yield sources
        return
    from health_assets.sandbox.demo import demo_server

    with demo_server(clock=clock) as server:
        yield {
            name: (source, source.settings.model_validate(source.demo(server.url)))
            for name, (source, _) in sources.items()
        }


@contextmanager
def sandbox_served(config: Config, *, clock: Clock) -> Iterator[str | None]:
    """In sandbox mode, serves the configured port for as long as this lasts unless it is served already.

    Gives the address of a sandbox started here, else None. Raises HealthError when something else holds the port.
    """
    if not config.sandbox or is_serving(config.sandbox_port):
        yield None
        return
    from health_assets.sandbox.demo import demo_server

    try:
        server = demo_server(clock=clock, port=config.sandbox_port)
    except HealthError as error:
        hint = "stop what listens there, or set HEALTH_SANDBOX_PORT to another port"
        raise HealthError(error.message, hint=hint) from error
    with server:
        yield server.url
