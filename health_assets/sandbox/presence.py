"""Is a sandbox listening, or something else?"""

import json
import socket
from http.client import HTTPConnection, HTTPException

HOST = "127.0.0.1"
PROBE_SECONDS = 2.0
#: What the demo's sandbox calls itself; a replay of recorded payloads has another title.
TITLE = "demo"


def is_serving(port: int) -> bool:
    """True when a sandbox with the demo worlds answers on the loopback port."""
    connection = HTTPConnection(HOST, port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", "/healthz")
        body = json.loads(connection.getresponse().read())
    except (OSError, HTTPException, ValueError):
        return False
    finally:
        connection.close()
    return isinstance(body, dict) and body.get("sandbox") == TITLE


def in_use(port: int) -> bool:
    """True when the loopback port cannot be listened on, because something does already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False
