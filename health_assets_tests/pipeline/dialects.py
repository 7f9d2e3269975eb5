"""How the answers of each source but GitHub are spoiled: the same fault is another text for every service.

An empty listing is `{"data": []}` for one, `<reservationSet></reservationSet>` for another.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from health_assets.sandbox.exchange import Exchange, Reply
from health_assets.sandbox.faults import Fault

Edit = Callable[[str], str]
"""The body of an answer, spoiled."""

#: What Asana and Kubernetes get when a page leads to itself: their stand-ins' token for the beginning.
BEGINNING = "MjAyNi0wMy0xOVQxNTozMDowMCswMDowMHww"


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """Spoiled answers of a source. path: the beginning of all its paths.

    page_lost and page_repeated spoil a page of a listing that goes on: the rest does not come, or a page comes again.
    """

    path: str
    empty: Edit
    misshapen: Edit
    without_field: Edit
    null_field: Edit
    mistyped_field: Edit
    page_lost: Edit
    page_repeated: Edit


def in_json(path: str, *, listing: str, of: str, page_lost: Edit, page_repeated: Edit) -> Dialect:
    """JSON, also where it is a text within JSON. listing: key of the lists; of: a field of what they hold."""
    return Dialect(
        path=path,
        empty=replaced(listing, lambda _: []),
        misshapen=replaced(listing, lambda rows: {"0": rows}),
        without_field=_each(of, lambda holder: holder.pop(of)),
        null_field=replaced(of, lambda _: None),
        mistyped_field=replaced(of, lambda value: {"value": [value]}),
        page_lost=page_lost,
        page_repeated=page_repeated,
    )


def in_xml(path: str, *, of: str, page_lost: Edit, page_repeated: Edit) -> Dialect:
    """EC2's XML, in which nothing is null but empty."""
    field = rf"<{of}>.*?</{of}>"
    return Dialect(
        path=path,
        empty=partial(re.sub, r"<(\w+Set)>.*</\1>", r"<\1></\1>"),
        misshapen=partial(re.sub, r"(</?\w+)Set>", r"\1Map>"),
        without_field=partial(re.sub, field, ""),
        null_field=partial(re.sub, field, f"<{of}></{of}>"),
        mistyped_field=partial(re.sub, field, f"<{of}>never</{of}>"),
        page_lost=page_lost,
        page_repeated=page_repeated,
    )


def replaced(key: str, value: Callable[[Any], Any]) -> Edit:
    """Another value wherever `key` is."""
    return _each(key, lambda holder: holder.update({key: value(holder[key])}))


def spoiling(edit: Edit) -> Fault:
    """The genuine answer, spoiled."""

    async def fault(exchange: Exchange) -> None:
        reply = await exchange.genuine()
        await exchange.answer(Reply(reply.status, reply.headers, edit(reply.body.decode()).encode()))

    return fault


def _each(key: str, change: Callable[[dict[str, Any]], object]) -> Edit:
    """Changes every object that has `key`; what is no JSON stays."""

    def spoiled(body: str) -> str:
        return json.dumps(_changed(json.loads(body), key, change)) if body[:1] in ("[", "{") else body

    return spoiled


def _changed(value: Any, key: str, change: Callable[[dict[str, Any]], object]) -> Any:
    if isinstance(value, str) and value[:1] in ("[", "{"):
        return json.dumps(_changed(json.loads(value), key, change))
    if isinstance(value, list):
        return [_changed(one, key, change) for one in value]
    if not isinstance(value, dict):
        return value
    if key in value:
        change(value)
    return {name: _changed(one, key, change) for name, one in value.items()}


def _half(rows: Any) -> Any:
    return rows[: len(rows) // 2]


DIALECTS: Mapping[str, Dialect] = {
    "wandb": in_json(
        "/wandb/",
        listing="edges",
        of="createdAt",
        page_lost=replaced("hasNextPage", lambda _: False),
        page_repeated=replaced("endCursor", lambda _: "0"),
    ),
    "skypilot": in_json(
        "/skypilot/",
        listing="jobs",
        of="task_id",
        # a thousand jobs a page are more than the demo has: the page itself loses some, or promises more
        page_lost=replaced("jobs", _half),
        page_repeated=replaced("total", lambda total: total + 1000),
    ),
    "asana": in_json(
        "/asana/",
        listing="data",
        of="created_at",
        page_lost=replaced("next_page", lambda _: None),
        page_repeated=replaced("next_page", lambda following: following and {"offset": BEGINNING}),
    ),
    "ec2": in_xml(
        "/aws/",
        of="instanceState",
        page_lost=partial(re.sub, r"<nextToken>.*?</nextToken>", ""),
        page_repeated=partial(re.sub, r"<nextToken>.*?</nextToken>", "<nextToken>0</nextToken>"),
    ),
    "kubernetes": in_json(
        "/kubernetes/",
        listing="items",
        of="phase",
        page_lost=replaced("continue", lambda _: ""),
        page_repeated=replaced("continue", lambda _: BEGINNING),
    ),
}
#: Result documents have one field that all of them need; they are files, so they have no pages and no lists.
DOCUMENTS = in_json("", listing="", of="finished_at", page_lost=str, page_repeated=str)
