"""Recorded requests, cut to their shape, get the status that they got from Datadog."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from health_assets.sandbox.datadog.boards import Boards
from health_assets.sandbox.datadog.boards import routes as board_routes
from health_assets.sandbox.datadog.intake import Intake
from health_assets.sandbox.datadog.intake import routes as intake_routes
from health_assets.sandbox.datadog.service import PREFIX, Datadog, routes
from health_assets.sandbox.datadog.world import Account
from health_assets.sandbox.server import SandboxServer

NOW = datetime(2024, 4, 2, tzinfo=UTC)
KEY = {"dd-api-key": "lab"}
LINES = (Path(__file__).parent / "recorded_exchanges.jsonl").read_text().splitlines()
EXCHANGES = [json.loads(line) for line in LINES]
BOARD = {"title": "x", "layout_type": "ordered", "widgets": []}
MONITOR = {"name": "x", "type": "log alert", "query": 'logs("x") > 2', "options": {"thresholds": {"critical": 2}}}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """A client of an account that asks for an API key."""
    service = Datadog(Account(api_keys=frozenset({"lab"})), lambda: NOW)
    pages = [
        *routes(service),
        *board_routes(Boards(service), prefix=PREFIX),
        *intake_routes(Intake(service), prefix=PREFIX),
    ]
    with (
        SandboxServer({}, now=NOW, services=pages) as server,
        httpx.Client(base_url=f"{server.url}{PREFIX}", timeout=30) as opened,
    ):
        yield opened


def path_of(exchange: dict[str, Any], client: httpx.Client) -> str:
    """The path with the id of something that is there, or of nothing where nothing was found."""
    kind = "dashboard" if "dashboard" in exchange["path"] else "monitor"
    if "{id}" not in exchange["path"] or exchange["status"] == 404:
        return str(exchange["path"]).replace("{id}", "1")
    made = client.post(f"/api/v1/{kind}", json=BOARD if kind == "dashboard" else MONITOR, headers=KEY)
    return str(exchange["path"]).replace("{id}", str(made.json()["id"]))


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda one: f"{one['method']} {one['path']} {one['status']}")
def test_the_status_is_the_recorded_one(client: httpx.Client, exchange: dict[str, Any]) -> None:
    anonymous = exchange["status"] == 403
    answer = client.request(
        exchange["method"],
        path_of(exchange, client),
        json=exchange["body"],
        headers={} if anonymous else KEY,
    )
    assert exchange["status"] == answer.status_code


def test_what_is_created_comes_back_as_it_was_sent(client: httpx.Client) -> None:
    for exchange in EXCHANGES:
        if (exchange["method"], exchange["status"], exchange["path"]) == ("POST", 200, "/api/v1/dashboard"):
            made = client.post("/api/v1/dashboard", json=exchange["body"], headers=KEY).json()
            kept = [{"definition": widget["definition"]} for widget in made["widgets"]]
            assert exchange["body"]["widgets"] == kept
