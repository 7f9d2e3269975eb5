"""What `health-assets doctor` says about publishing to Datadog: each permission is tried without changing anything."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from health_assets.datadog.settings import Settings
from health_assets.model.errors import Cause, HealthError, PublishError
from health_assets.model.source import Check
from health_assets.pipeline.datadog.account import datadog_client
from health_assets.sources.doctor import refused, signed_in_with, tried_in_turn

NAME = "publish.datadog"
#: Ids that nothing has: a write to them is refused with 403 without the scope, and with 404 with it.
NO_DASHBOARD, NO_MONITOR = "aaa-aaa-aaa", "0"
NOWHERE = {"title": "nothing", "layout_type": "ordered", "widgets": []}


def diagnose(settings: Settings) -> Iterator[Check]:
    """The API key, then reading and writing of dashboards and monitors."""
    try:
        with datadog_client(settings) as api:
            yield from _checks(api, settings)
    except HealthError as error:
        yield refused(NAME, error)


def _checks(api: Any, settings: Settings) -> Iterator[Check]:
    def key() -> str:
        api.validate()
        return f"API key valid: {signed_in_with(settings.api_key, 'key')}"

    yield from tried_in_turn(
        (f"{NAME}: {settings.site}", key),
        (f"{NAME}: read dashboards", partial(_allowed, partial(api.dashboard, NO_DASHBOARD))),
        (f"{NAME}: write dashboards", partial(_allowed, partial(api.update_dashboard, NO_DASHBOARD, NOWHERE))),
        (f"{NAME}: read monitors", partial(_allowed, partial(api.monitors, env=settings.env))),
        (f"{NAME}: write monitors", partial(_allowed, partial(api.delete_monitor, NO_MONITOR))),
    )


def _allowed(call: Callable[[], Any]) -> str:
    try:
        call()
    except PublishError as error:
        if error.cause is not Cause.NOT_FOUND:
            raise
    return "allowed"
