"""The sandbox server: real HTTP on a loopback socket, in a thread for tests and the demo or in the foreground.

It knows no service's facts: a service is a list of Starlette routes, and the root belongs to GitHub's, because its
clients put their paths right behind the base URL.
"""

import asyncio
import errno
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import datetime
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from health_assets.model.errors import HealthError
from health_assets.model.time import iso
from health_assets.sandbox.exchange import Entry, Exchange, Receive, Scope, Send, read_body
from health_assets.sandbox.faults import Faults
from health_assets.sandbox.github import graphql, pages, rest
from health_assets.sandbox.github.service import GitHub
from health_assets.sandbox.github.world import Repository

HOST = "127.0.0.1"
START_SECONDS = 10.0
STOP_SECONDS = 10.0


class SandboxServer:
    """Serves worlds as of `now`, an instant or a callable; `now` may be set while it runs.

    repositories: full name -> facts, read anew at each request; `github.repositories` may be set too.
    latency: seconds added to each request.
    port 0 takes a free one. services: routes of further stand-ins. bad_token and require_token: see GitHub.
    Raises HealthError when the port is taken.
    """

    def __init__(
        self,
        repositories: Mapping[str, Repository],
        *,
        now: datetime | Callable[[], datetime],
        latency: float = 0.0,
        port: int = 0,
        title: str = "sandbox",
        bad_token: str | None = None,
        require_token: bool = False,
        services: Sequence[BaseRoute] = (),
    ) -> None:
        self.now = now
        self.latency = latency
        self.title = title
        self.requests: list[Entry] = []
        self.faults = Faults()
        self.github = GitHub(repositories, self.clock, bad_token=bad_token, require_token=require_token)
        self._application = Starlette(
            routes=[
                Route("/healthz", self._health),
                *services,
                *graphql.routes(self.github),
                *rest.routes(self.github),
                *pages.routes(self.github),
            ],
        )
        self._socket = _listen(port)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            self,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Base URL without a slash at its end."""
        return f"http://{HOST}:{self.port}"

    def clock(self) -> datetime:
        """The instant the worlds are served as of."""
        return self.now() if callable(self.now) else self.now

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve_forever, name="sandbox", daemon=True)
        self._thread.start()
        self._wait_until_started()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def serve_forever(self) -> None:
        """Serves until `stop` or, in the main thread, an interrupt."""
        # uvicorn ends cleanly on Ctrl-C and then raises it again, which here is how serving is meant to end
        with closing(self._socket), suppress(KeyboardInterrupt):
            self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """Ends a server that runs in its thread."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application: log, latency, faults, then the routes."""
        exchange = Exchange(self._application, scope, await read_body(receive), receive, send)
        self.requests.append(exchange.entry)
        if self.latency:
            await asyncio.sleep(self.latency)
        fault = self.faults.fault_for(exchange.entry)
        if fault is not None:
            await fault(exchange)
        else:
            await exchange.answer(await exchange.genuine())

    async def _health(self, _: Request) -> JSONResponse:
        return JSONResponse(
            {"sandbox": self.title, "now": iso(self.clock()), "github": sorted(self.github.repositories)},
        )

    def _wait_until_started(self) -> None:
        waited = threading.Event()
        for _ in range(int(START_SECONDS / 0.005)):
            if self._server.started:
                return
            waited.wait(0.005)
        raise HealthError(f"the sandbox did not start within {START_SECONDS:.0f} s", hint="is the machine overloaded?")


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise HealthError(
            f"port {port} on {HOST} is in use", hint="stop what listens there, or choose another with --port"
        ) from error
    return listener
