"""The pushed dashboards as a page: each widget drawn from what the stand-in holds, as Datadog would draw it."""

import json
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from health_assets.sandbox.datadog.boards import Boards
from health_assets.sandbox.datadog.query import Groups, Window, evaluate
from health_assets.sandbox.datadog.service import Datadog, refusal

MINUTE = 60
_HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_PALETTES = {
    "white_on_red": "background:#c4314b;color:#fff",
    "black_on_light_yellow": "background:#f5c451;color:#000",
    "white_on_green": "background:#2a7a52;color:#fff",
}
_STYLE = """
body{font:14px system-ui,sans-serif;margin:1rem auto;max-width:1200px;padding:0 1rem}
.grid{display:grid;grid-template-columns:repeat(12,1fr);grid-auto-rows:minmax(26px,auto);gap:2px}
.group{border:1px solid #ccc;padding:4px}.tile{text-align:center;padding:3px;font-variant-numeric:tabular-nums}
.note{padding:3px;overflow:hidden}table{border-collapse:collapse;width:100%}td,th{padding:3px 6px;text-align:right}
th:first-child,td:first-child{text-align:left}
"""


def routes(boards: Boards, *, prefix: str) -> list[BaseRoute]:
    """The list of dashboards at `prefix`, and a page for each."""

    async def index(_: Request) -> Response:
        items = "".join(
            f'<li><a href="{escape(prefix + board["url"])}">{escape(str(board["title"]))}</a></li>'
            for board in boards.dashboards.values()
        )
        watched = "".join(
            f"<li>{escape(str(monitor['name']))}: <code>{escape(str(monitor['query']))}</code></li>"
            for monitor in boards.monitors.values()
        )
        return _page("Datadog stand-in", f"<h1>Dashboards</h1><ul>{items}</ul><h1>Monitors</h1><ul>{watched}</ul>")

    async def one(request: Request) -> Response:
        board = boards.dashboards.get(request.path_params["id"])
        if board is None:
            return refusal(404, "Dashboard not found")
        return _page(str(board["title"]), _canvas(boards.service, board["widgets"]))

    return [Route(f"{prefix}/", index), Route(f"{prefix}/dashboard/{{id}}/{{slug}}", one)]


def scalar(service: Datadog, widget: Mapping[str, Any], query: Mapping[str, Any]) -> dict[tuple[str, ...], float]:
    """Group -> the last value of a query within the widget's time."""
    found = _groups(service, widget, query)
    return {group: values[max(values)] for group, values in found.items() if values}


def palette(value: float, rules: Sequence[Mapping[str, Any]]) -> str:
    """The palette of the first conditional format that holds; empty when none does."""
    holding = (rule["palette"] for rule in rules if _HOLDS[rule["comparator"]](value, rule["value"]))
    return next(holding, "")


def chart_rows(service: Datadog, widget: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the chart of a wildcard widget gets as its first table: tags, `_time` in milliseconds, and the alias."""
    request = widget["requests"][0]
    alias = request["formulas"][0]["alias"]
    return [
        {**dict(tag.split(":", 1) for tag in group), "_time": at * 1000, alias: value}
        for group, values in _groups(service, widget, request["queries"][0]).items()
        for at, value in values.items()
    ]


def _groups(service: Datadog, widget: Mapping[str, Any], query: Mapping[str, Any]) -> Groups:
    now = int(service.clock().timestamp())
    time = widget.get("time", {})
    seconds = int(time.get("value", 60)) * MINUTE
    window = Window(start=now - seconds, end=now + 1, interval=MINUTE, now=now)
    return evaluate(service.account, query["query"], window)


def _page(title: str, body: str) -> Response:
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return HTMLResponse(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>")


def _canvas(service: Datadog, widgets: Sequence[Mapping[str, Any]]) -> str:
    return f'<div class="grid">{"".join(_placed(service, widget) for widget in widgets)}</div>'


def _placed(service: Datadog, widget: Mapping[str, Any]) -> str:
    place, definition = widget["layout"], widget["definition"]
    columns = f"{place['x'] + 1} / span {place['width']}"
    rows = f"{place['y'] + 1} / span {place['height']}"
    drawn = _DRAWN.get(definition["type"], _unknown)(service, definition)
    return f'<div style="grid-column:{columns};grid-row:{rows}">{drawn}</div>'


def _group(service: Datadog, definition: Mapping[str, Any]) -> str:
    return f'<div class="group"><h3>{escape(definition["title"])}</h3>{_canvas(service, definition["widgets"])}</div>'


def _note(_: Datadog, definition: Mapping[str, Any]) -> str:
    text = str(definition["content"]).replace("**", "").replace("\\", "")
    return f'<div class="note">{escape(text)}</div>'


def _tile(service: Datadog, definition: Mapping[str, Any]) -> str:
    (request,) = definition["requests"]
    found = scalar(service, definition, request["queries"][0])
    return _cell("div", found.get(()), request["conditional_formats"])


def _cell(tag: str, value: float | None, rules: Sequence[Mapping[str, Any]]) -> str:
    if value is None:
        return f'<{tag} class="tile">-</{tag}>'
    chosen = palette(value, rules)
    style = _PALETTES.get(chosen, "")
    return f'<{tag} class="tile" data-palette="{escape(chosen)}" style="{style}">{value:.2f}</{tag}>'


def _table(service: Datadog, definition: Mapping[str, Any]) -> str:
    (request,) = definition["requests"]
    columns = {query["name"]: scalar(service, definition, query) for query in request["queries"]}
    groups = sorted({group for found in columns.values() for group in found})
    head = "".join(f"<th>{escape(formula['alias'])}</th>" for formula in request["formulas"])
    return f"<table><tr><th></th>{head}</tr>{''.join(_lines(groups, request['formulas'], columns))}</table>"


def _lines(
    groups: Sequence[tuple[str, ...]],
    formulas: Sequence[Mapping[str, Any]],
    columns: Mapping[str, Mapping[tuple[str, ...], float]],
) -> Iterator[str]:
    for group in groups:
        name = " ".join(tag.split(":", 1)[1] for tag in group)
        cells = "".join(_cell("td", columns[one["formula"]].get(group), one["conditional_formats"]) for one in formulas)
        yield f"<tr><td>{escape(name)}</td>{cells}</tr>"


def _wildcard(service: Datadog, definition: Mapping[str, Any]) -> str:
    try:
        import vl_convert
    except ImportError:
        return "<p>Datadog draws this chart with Vega-Lite; pip install 'health-assets[draw]' shows it here.</p>"
    chart = json.loads(json.dumps(definition["specification"]["contents"]))
    chart |= {"width": 700, "height": 900}
    for layer in chart["layer"]:
        if layer["data"].get("name") == "table1":
            layer["data"] = {"values": chart_rows(service, definition)}
    svg: str = vl_convert.vegalite_to_svg(chart, vl_version="5.17")
    return svg


def _unknown(_: Datadog, definition: Mapping[str, Any]) -> str:
    return f"<p>a widget of type {escape(str(definition['type']))}, which is not drawn here</p>"


_DRAWN: Mapping[str, Callable[[Datadog, Mapping[str, Any]], str]] = {
    "group": _group,
    "note": _note,
    "query_value": _tile,
    "query_table": _table,
    "wildcard": _wildcard,
}
