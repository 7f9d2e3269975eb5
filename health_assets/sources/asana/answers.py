"""What an answer of Asana holds, and what to do about the others. Pure; the client sends and retries."""

from typing import Any

from health_assets.model.errors import Cause
from health_assets.sources.fields import Payload, optional, required

HINTS = {
    Cause.AUTHENTICATION: "the token is wrong or revoked: make a new one and set its environment variable",
    Cause.PERMISSION: "give the token's owner access to the workspace and the bugs project",
    Cause.NOT_FOUND: "check gid and bugs_project in sources.asana.workspaces, and that the token may see them",
    Cause.UNREACHABLE: "check sources.asana.api_url, the network and the proxy",
    Cause.SERVER_ERROR: "Asana has trouble (see status.asana.com); the next tick tries again",
    Cause.BAD_PAYLOAD: "check that sources.asana.api_url is the Asana API and no proxy answers in its place",
}


def page_of(body: Payload) -> tuple[list[Any], str]:
    """The rows of a page, and the offset of the next one, empty at the end. Raises ContractError."""
    following = optional(body, "next_page", dict)
    return required(body, "data", list), required(following, "offset", str) if following else ""


def one_of(body: Payload, *, key: str, kind: type[Any]) -> Any:
    """The value at `key` of an answer about one object. Raises ContractError."""
    return required(required(body, "data", dict), key, kind)
