"""What Datadog's answers mean: its words in `errors`, and a request that it calls wrong. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from health_assets.sources.answers import SAID_LIMIT, Received, RequestFailed, payload_of, refusal_of, said_in

BAD_REQUEST = 400


def meaning_of(answer: Received, *, what: str) -> Any:
    """The parsed JSON of a good answer; a body that is empty means nothing. Raises RequestFailed."""
    if answer.status == 204 or (200 <= answer.status < 300 and not answer.text):
        return {}
    return payload_of(answer, what=what, refusal=refused)


def meaning_or_refusal(answer: Received, *, what: str) -> Any:
    """The same, but a request that Datadog calls wrong comes back as it was received."""
    return answer if answer.status == BAD_REQUEST else meaning_of(answer, what=what)


def refused(answer: Received, *, what: str) -> RequestFailed:
    """The failure that an error answer means, with Datadog's own words."""
    return refusal_of(answer, what=what, said=words_of(answer))


def received(status: int, headers: Mapping[str, str] | None, body: Any) -> Received:
    """An error answer as the client library gives it: its body is bytes, text, or parsed already."""
    if isinstance(body, bytes):
        body = body.decode(errors="replace")
    text = body if isinstance(body, str) else json.dumps(body)
    return Received(status=status, headers={name.lower(): value for name, value in (headers or {}).items()}, text=text)


def words_of(answer: Received) -> str:
    """What the server says about a refusal."""
    try:
        return said(json.loads(answer.text)["errors"])
    except (ValueError, LookupError, TypeError):
        return said_in(answer.text)


def said(errors: Any) -> str:
    """Datadog's own words: a list of texts, or of objects with a `detail`."""
    shown = errors if isinstance(errors, list) else [errors]
    words = [str(one.get("detail") or one.get("title")) if isinstance(one, Mapping) else str(one) for one in shown]
    return "; ".join(words)[:SAID_LIMIT]
