"""The invented activity of the service `api` for the demo: requests, errors and latency, drawn by calendar date.

Errors go up while main is broken, latency while everything is slow; nights and weekends are quiet.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from random import Random

from starlette.routing import BaseRoute

from health_assets.sandbox.datadog import drawn, intake
from health_assets.sandbox.datadog.boards import Boards
from health_assets.sandbox.datadog.boards import routes as board_routes
from health_assets.sandbox.datadog.intake import Intake
from health_assets.sandbox.datadog.service import PREFIX, Datadog, routes
from health_assets.sandbox.datadog.world import Account
from health_assets.sandbox.github.demo.calendar import Mood, is_weekend, mood_at

DAYS = 45
FUTURE_DAYS = 2
STEP = timedelta(minutes=5)
HITS = "trace.http.request.hits"
ERRORS = "trace.http.request.errors"
LATENCY = "trace.http.request.duration"
SERVICE = "api"
TAGS = (f"service:{SERVICE}", "env:demo")
BUSIEST_HOUR = 14


def demo_account(*, now: datetime) -> Account:
    """The account with its series from DAYS before `now` to a little after it."""
    account = Account()
    first = datetime.combine(now.astimezone(UTC).date() - timedelta(days=DAYS), time(), UTC)
    for day in (first + timedelta(days=step) for step in range(DAYS + FUTURE_DAYS)):
        rng = Random(f"{SERVICE}/{day.date()}")
        for step in range(timedelta(days=1) // STEP):
            _minute(account, day + step * STEP, rng)
    return account


def demo_routes(clock: Callable[[], datetime], *, prefix: str = PREFIX) -> list[BaseRoute]:
    """The stand-in of the demo account as of the clock: queries, intake, dashboards, monitors, and how they look."""
    service = Datadog(demo_account(now=clock()), clock)
    boards = Boards(service)
    return [
        *routes(service, prefix=prefix),
        *intake.routes(Intake(service), prefix=prefix),
        *board_routes(boards, prefix=prefix),
        *drawn.routes(boards, prefix=prefix),
    ]


def _minute(account: Account, at: datetime, rng: Random) -> None:
    mood = mood_at(at)
    daily = math.cos((at.hour + at.minute / 60 - BUSIEST_HOUR) * math.pi / 12)
    hits = round((400 + 300 * daily) * (0.3 if is_weekend(at.date()) else 1.0) * rng.uniform(0.9, 1.1))
    failing = {Mood.BROKEN: 0.03, Mood.SLOW: 0.008}.get(mood, 0.001)
    errors = sum(rng.random() < failing for _ in range(hits))
    latency = rng.lognormvariate(-1.9, 0.2) * {Mood.SLOW: 3.0, Mood.BROKEN: 1.5}.get(mood, 1.0)
    for metric, value in ((HITS, hits), (ERRORS, errors), (LATENCY, latency)):
        # an error counter reports nothing where there was none
        if value:
            account.add(metric, at=at, value=float(value), tags=TAGS)
