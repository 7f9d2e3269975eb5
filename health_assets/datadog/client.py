"""The only module that sends to Datadog: the official client, our own bounded retries, a count.

What may be sent twice (points, whole dashboards by id, metadata) is repeated; what would be there twice (a new
dashboard or monitor) is not: its lost answer is found by the next publish. Bodies are sent as they are: the client's
models check nothing that matters here, and converting 300 tiles takes seconds.
"""

import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from datadog_api_client.v1.api.authentication_api import AuthenticationApi
from datadog_api_client.v1.api.dashboards_api import DashboardsApi
from datadog_api_client.v1.api.events_api import EventsApi
from datadog_api_client.v1.api.metrics_api import MetricsApi as MetadataApi
from datadog_api_client.v1.api.monitors_api import MonitorsApi
from datadog_api_client.v2.api.metrics_api import MetricsApi
from datadog_api_client.v2.model.metric_content_encoding import MetricContentEncoding

from health_assets.datadog.monitors import MANAGED
from health_assets.datadog.names import SERVICE, common_tags, tag
from health_assets.datadog.settings import Settings
from health_assets.model.errors import Cause, PublishError, SourceError
from health_assets.model.source import Meter
from health_assets.sources.attempts import TRIES
from health_assets.sources.datadog.client import VALIDATE, Account

Body = Mapping[str, Any]
DASHBOARDS_A_PAGE, MONITORS_A_PAGE = 100, 1000
#: What Datadog calls a preview; its client refuses to send it unless told to.
UNSTABLE = "create_historical_metrics_configuration"
#: Scope of the application key that each call needs.
SCOPES = {
    "GET /api/v1/dashboard": "dashboards_read",
    "POST /api/v1/dashboard": "dashboards_write",
    "PUT /api/v1/dashboard": "dashboards_write",
    "GET /api/v1/monitor": "monitors_read",
    "POST /api/v1/monitor/validate": "monitors_read",
    "POST /api/v1/monitor": "monitors_write",
    "PUT /api/v1/monitor": "monitors_write",
    "DELETE /api/v1/monitor": "monitors_write",
    "PUT /api/v1/metrics": "metrics_metadata_write",
    "POST /api/v2/metrics/historical-metrics-configurations": "late_metrics_config_write",
}


class Client:
    """Writes to one account. deadline: a time.monotonic() reading after which no request is begun.

    Every method raises PublishError. Raises ConfigError when a key is not set.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        deadline: float,
        meter: Meter | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._account = Account(settings, key="publish.datadog", deadline=deadline, meter=meter, sleep=sleep)
        api = self._account.api
        api.configuration.unstable_operations[UNSTABLE] = True
        # it is switched on by hand above, and only where the settings ask for it
        warnings.filterwarnings("ignore", message=f"Using unstable operation '{UNSTABLE}'")
        self._metrics, self._metadata = _typed(MetricsApi)(api), _typed(MetadataApi)(api)
        self._events = _typed(EventsApi)(api)
        self._authentication = _typed(AuthenticationApi)(api)
        self._dashboards, self._monitors = _typed(DashboardsApi)(api), _typed(MonitorsApi)(api)

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._account.requests

    def validate(self) -> None:
        """Raises PublishError where Datadog does not know the API key."""
        if not self._send(VALIDATE, self._authentication.validate).get("valid"):
            raise PublishError(f"Datadog: {VALIDATE}: the API key is not valid", cause=Cause.AUTHENTICATION)

    def submit(self, series: Sequence[Body]) -> None:
        """Sends series; accepted is not stored yet: Datadog drops what is too old without a word."""
        send = partial(
            self._metrics.submit_metrics,
            {"series": list(series)},
            content_encoding=MetricContentEncoding.DEFLATE,
        )
        answer = self._send("POST /api/v2/series", send)
        if answer.get("errors"):
            told = "; ".join(map(str, answer["errors"]))[:200]
            raise PublishError(f"Datadog: POST /api/v2/series: {told}", cause=Cause.BAD_PAYLOAD)

    def event(self, *, title: str, text: str, kind: str, env: str) -> None:
        """Posts an event. kind: `error` or `success`."""
        tags = list(common_tags(env))
        body = {"title": title, "text": text, "alert_type": kind, "tags": tags, "aggregation_key": f"{SERVICE}:{env}"}
        self._send("POST /api/v1/events", partial(self._events.create_event, body), repeat=False)

    def describe(self, metric: str, *, unit: str, description: str) -> None:
        """Sets a metric's unit and description; without a unit it is left as it is."""
        body = {"type": "gauge", "description": description, **({"unit": unit} if unit else {})}
        self._send("PUT /api/v1/metrics", partial(self._metadata.update_metric_metadata, metric, body))

    def enable_historical(self, metric: str) -> None:
        """Lets Datadog take points of the metric that are older than an hour."""
        body = {"data": {"id": metric, "type": "historical_metrics_configurations"}}
        what = "POST /api/v2/metrics/historical-metrics-configurations"
        self._send(what, partial(self._metrics.create_historical_metrics_configuration, body))

    def dashboard(self, id: str) -> Body | None:
        """The dashboard, or None when there is none of this id."""
        try:
            found: Body = self._send("GET /api/v1/dashboard", partial(self._dashboards.get_dashboard, id))
        except PublishError as error:
            if error.cause is Cause.NOT_FOUND:
                return None
            raise
        return found

    def dashboards(self) -> Iterator[Body]:
        """Id, title and description of every dashboard."""
        start = 0
        while True:
            ask = partial(self._dashboards.list_dashboards, count=DASHBOARDS_A_PAGE, start=start)
            page = self._send("GET /api/v1/dashboard", ask)["dashboards"]
            yield from page
            if len(page) < DASHBOARDS_A_PAGE:
                return
            start += DASHBOARDS_A_PAGE

    def create_dashboard(self, body: Body) -> Body:
        """The dashboard as created."""
        made: Body = self._send(
            "POST /api/v1/dashboard", partial(self._dashboards.create_dashboard, dict(body)), repeat=False
        )
        return made

    def update_dashboard(self, id: str, body: Body) -> Body:
        """The dashboard as updated."""
        made: Body = self._send("PUT /api/v1/dashboard", partial(self._dashboards.update_dashboard, id, dict(body)))
        return made

    def monitors(self, *, env: str) -> list[Body]:
        """Every monitor with our tags."""
        found: list[Body] = []
        wanted = ",".join((MANAGED, tag("env", env)))
        while True:
            page_number = len(found) // MONITORS_A_PAGE
            ask = partial(
                self._monitors.list_monitors, monitor_tags=wanted, page=page_number, page_size=MONITORS_A_PAGE
            )
            page = self._send("GET /api/v1/monitor", ask)
            found += page
            if len(page) < MONITORS_A_PAGE:
                return found

    def validate_monitor(self, body: Body) -> None:
        """Raises PublishError with Datadog's words where it would refuse the monitor."""
        self._send("POST /api/v1/monitor/validate", partial(self._monitors.validate_monitor, dict(body)))

    def create_monitor(self, body: Body) -> Body:
        """The monitor as created."""
        made: Body = self._send(
            "POST /api/v1/monitor", partial(self._monitors.create_monitor, dict(body)), repeat=False
        )
        return made

    def update_monitor(self, id: str, body: Body) -> Body:
        """The monitor as updated."""
        made: Body = self._send("PUT /api/v1/monitor", partial(self._monitors.update_monitor, int(id), dict(body)))
        return made

    def delete_monitor(self, id: str) -> None:
        """Deletes it; one that is gone already is no error."""
        try:
            self._send("DELETE /api/v1/monitor", partial(self._monitors.delete_monitor, int(id)))
        except PublishError as error:
            if error.cause is not Cause.NOT_FOUND:
                raise

    def close(self) -> None:
        """Closes the connections."""
        self._account.close()

    def _send(self, what: str, call: Callable[[], Any], *, repeat: bool = True) -> Any:
        try:
            return self._account.ask(call, what=what, tries=TRIES if repeat else 1)
        except SourceError as error:
            hint = error.hint
            if error.cause is Cause.PERMISSION and what in SCOPES:
                hint = f"give the application key, and its owner, the scope {SCOPES[what]}"
            raise PublishError(error.message, cause=error.cause, hint=hint) from None


def _typed(api: Any) -> Callable[..., Any]:
    """The client's constructors carry no types."""
    made: Callable[..., Any] = api
    return made
