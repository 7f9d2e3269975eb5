"""What passes between a client and the sandbox: the log, the latency, and the place where faults strike.

A pure ASGI middleware: it reads the request's body, asks the faults, and lets the application answer.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Scope = MutableMapping[str, Any]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

OPERATION = re.compile(r"\b(?:query|mutation)\s+(\w+)")


@dataclass
class Entry:
    """One request as logged. operation: name of the GraphQL operation. status 0: no answer was begun."""

    method: str
    path: str
    query: str
    operation: str | None = None
    status: int = 0


@dataclass
class Reply:
    """A complete answer; headers have lower-case names."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def of_json(cls, body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> "Reply":
        """A JSON answer."""
        shown = {"content-type": "application/json; charset=utf-8", **(headers or {})}
        return cls(status, shown, json.dumps(body).encode())


class Exchange:
    """One request under way, as a fault sees it."""

    def __init__(self, application: Application, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        self._application, self._scope, self._receive, self._send = application, scope, receive, send
        self.body = body
        self.entry = Entry(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode(),
            operation=_operation(body) if scope["path"].endswith("/graphql") else None,
        )

    async def genuine(self) -> Reply:
        """The application's own answer."""
        reply = Reply()
        chunks: list[bytes] = []

        async def capture(message: Message) -> None:
            if message["type"] == "http.response.start":
                reply.status = message["status"]
                reply.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            else:
                chunks.append(message.get("body", b""))

        await self._application(self._scope, self._replay(), capture)
        reply.body = b"".join(chunks)
        return reply

    async def answer(self, reply: Reply) -> None:
        """Sends a complete answer."""
        await self.begin(reply)
        await self.write(reply.body, more=False)

    async def begin(self, reply: Reply) -> None:
        """Sends status and headers, with the length of the whole body."""
        self.entry.status = reply.status
        headers = {**reply.headers, "content-length": str(len(reply.body))}
        if reply.status == 304:
            del headers["content-length"]
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": reply.status, "headers": encoded})

    async def write(self, chunk: bytes, *, more: bool = True) -> None:
        """Sends a piece of the body."""
        await self._send({"type": "http.response.body", "body": chunk, "more_body": more})

    async def until_gone(self, seconds: float) -> bool:
        """Waits; True when the client has gone by then."""
        try:
            message = await asyncio.wait_for(self._receive(), seconds)
        except TimeoutError:
            return False
        return bool(message["type"] == "http.disconnect")

    def _replay(self) -> Receive:
        sent = False

        async def receive() -> Message:
            nonlocal sent
            if sent:
                return await self._receive()
            sent = True
            return {"type": "http.request", "body": self.body, "more_body": False}

        return receive


def _operation(body: bytes) -> str | None:
    try:
        payload = json.loads(body)
        found = OPERATION.search(str(payload["query"]))
        return payload.get("operationName") or (found[1] if found else None)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


async def read_body(receive: Receive) -> bytes:
    """The whole request body."""
    chunks, more = [], True
    while more:
        message = await receive()
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(chunks)
