"""The only module of this source that talks to Datadog: the official client, our own bounded retries, a count.

Points are read with /api/v2/query/timeseries, which takes any number of queries and the length of the buckets; v1 takes
no length, and one query a request. Answers are read as they came: the client's models check nothing that matters here.
Its own retries are off, since they would not be counted, and every request has a timeout, since it sets none.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from datadog_api_client import ApiClient, Configuration
from datadog_api_client.exceptions import ApiException
from datadog_api_client.v1.api.authentication_api import AuthenticationApi
from datadog_api_client.v2.api.metrics_api import MetricsApi
from urllib3.exceptions import HTTPError

from health_assets.model.errors import Cause, ContractError, SourceError
from health_assets.model.source import Meter
from health_assets.sources.answers import Received
from health_assets.sources.attempts import TRIES, Attempts
from health_assets.sources.datadog.answers import meaning_of, meaning_or_refusal, received, said, words_of
from health_assets.sources.datadog.queries import MetricQuery, numbered
from health_assets.sources.datadog.settings import Settings
from health_assets.sources.fields import required

#: Datadog keeps a series within so many points by making its buckets longer (its documentation of rollup).
LONGEST_SERIES = 1500
TIMESERIES = "POST /api/v2/query/timeseries"
VALIDATE = "GET /api/v1/validate"
#: The client's constructors carry no types.
_configuration: Callable[..., Configuration] = Configuration
_authentication: Callable[[ApiClient], Any] = AuthenticationApi
_metrics: Callable[[ApiClient], Any] = MetricsApi
HINTS = {
    Cause.AUTHENTICATION: "a key is wrong or revoked, or belongs to another site than {key}.site",
    Cause.PERMISSION: "give the application key the scope timeseries_query, its owner the same permission, and check "
    "that both keys belong to {key}.site",
    Cause.NOT_FOUND: "check {key}.site and api_url",
    Cause.UNREACHABLE: "check {key}.site and api_url, the network and the proxy",
    Cause.SERVER_ERROR: "Datadog has trouble (see status.datadoghq.com); the next tick tries again",
    Cause.BAD_PAYLOAD: "check that {key}.api_url is the Datadog API and no proxy answers in its place",
}
Points = Mapping[datetime, float]
"""Begin of a bucket -> value, oldest first; a bucket without points is absent."""
Result = TypeVar("Result")


BAD_QUERY = "correct the query in that row's metric; Datadog's metrics explorer shows what it gives"


class QueryRefused(SourceError):
    """Datadog answers, and will not answer this query."""


class Account:
    """A connection to one account. key: where its settings stand in health.yaml.

    deadline: a time.monotonic() reading after which no request is begun. Raises ConfigError when a key is not set.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        key: str,
        deadline: float,
        meter: Meter | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        secrets = {
            "apiKeyAuth": settings.api_key.resolve(key=f"{key}.api_key") if settings.api_key else "",
            "appKeyAuth": settings.app_key.resolve(key=f"{key}.app_key") if settings.app_key else "",
        }
        configuration = _configuration(
            host=settings.address,
            preload_content=False,
            request_timeout=(settings.connect_timeout_seconds, settings.read_timeout_seconds),
            check_input_type=False,
        )
        # the client would take keys from DD_API_KEY and DD_APP_KEY by itself: only the configured ones are meant
        configuration.api_key = {name: secret for name, secret in secrets.items() if secret}
        self.api = ApiClient(configuration)
        self._attempts = Attempts(
            scope=settings.site,
            deadline=deadline,
            meter=meter,
            broken=HTTPError,
            hints={cause: hint.format(key=key) for cause, hint in HINTS.items()},
            secrets=tuple(secrets.values()),
            sleep=sleep,
        )

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._attempts.meter.requests

    def ask(
        self, call: Callable[[], Any], *, what: str, meaning: Callable[..., Any] = meaning_of, tries: int = TRIES
    ) -> Any:
        """What the answer to a call of the client library means. Raises SourceError."""

        def send() -> Received:
            try:
                response = call()
            except ApiException as error:
                return received(error.status, error.headers, error.body)
            return Received(status=response.status, headers={}, text=response.data.decode(errors="replace"))

        return self._attempts.read(send, what=what, meaning=meaning, tries=tries)

    def failure(self, message: str, *, cause: Cause, hint: str = "") -> SourceError:
        """A failure of this account, with what to do."""
        return self._attempts.failure(message, cause=cause, hint=hint)

    def close(self) -> None:
        """Closes the connections."""
        self.api.close()
        self.api.rest_client.pool_manager.clear()


class Client(Account):
    """Reads one account for the source."""

    def __init__(
        self,
        settings: Settings,
        *,
        deadline: float,
        meter: Meter | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(settings, key="sources.datadog", deadline=deadline, meter=meter, sleep=sleep)

    def is_valid(self) -> bool:
        """Whether Datadog knows the API key. Raises SourceError."""
        answer = self.ask(_authentication(self.api).validate, what=VALIDATE)
        return self._checked(VALIDATE, answer, partial(required, key="valid", kind=bool))

    def series(
        self, queries: Sequence[MetricQuery], *, start: datetime, end: datetime, bucket: timedelta
    ) -> list[Points]:
        """The points of each query in [start, end), both on bounds of buckets; one request, few enough buckets given.

        Raises QueryRefused naming the query at fault, and SourceError.
        """
        if (end - start) / bucket > LONGEST_SERIES:
            raise ValueError(f"{start} to {end} are more than {LONGEST_SERIES} buckets of {bucket}")
        try:
            return self._series(queries, start=start, end=end, bucket=bucket)
        except QueryRefused:
            # the answer names no query: the one that is refused alone is told, so that its row can be mended
            for query in queries if len(queries) > 1 else ():
                self._series([query], start=start, end=end, bucket=bucket)
            raise

    def _series(
        self, queries: Sequence[MetricQuery], *, start: datetime, end: datetime, bucket: timedelta
    ) -> list[Points]:
        names, formulas = numbered(queries)
        attributes = {
            "from": int(start.timestamp() * 1000),
            "to": int(end.timestamp() * 1000),
            "interval": int(bucket.total_seconds() * 1000),
            "queries": [{"data_source": "metrics", "name": name, "query": term} for name, term in names.items()],
            "formulas": [{"formula": formula} for formula in formulas],
        }
        body = {"data": {"type": "timeseries_request", "attributes": attributes}}
        answer = self.ask(
            partial(_metrics(self.api).query_timeseries_data, body), what=TIMESERIES, meaning=meaning_or_refusal
        )
        if isinstance(answer, Received):
            query = f"{queries[0].name}: {queries[0].text}" if len(queries) == 1 else f"one of {len(queries)} queries"
            told = self.failure(f"{query}: HTTP 400, {words_of(answer)}", cause=Cause.BAD_PAYLOAD)
            raise QueryRefused(told.message, cause=told.cause, hint=BAD_QUERY, requests=told.requests)
        return self._checked(TIMESERIES, answer, partial(_points, queries=queries, start=start, end=end))

    def _checked(self, what: str, payload: Any, read: Callable[[Mapping[str, Any]], Result]) -> Result:
        try:
            return read(required({"answer": payload}, "answer", dict))
        except ContractError as error:
            raise self.failure(f"{what}: {error.message}", cause=Cause.BAD_PAYLOAD, hint=error.hint) from None


def _points(
    payload: Mapping[str, Any], *, queries: Sequence[MetricQuery], start: datetime, end: datetime
) -> list[Points]:
    """The points of each query from an answer. Raises ContractError."""
    if payload.get("errors"):
        raise ContractError(f"answered with errors: {said(payload['errors'])}")
    attributes = required(required(payload, "data", dict), "attributes", dict)
    times = [_instant(moment) for moment in required(attributes, "times", list)]
    values = required(attributes, "values", list)
    series = required(attributes, "series", list)
    if len(series) != len(values):
        raise ContractError(f"{len(series)} series come with {len(values)} lists of values")
    found: dict[int, Points] = {}
    for described, row in zip(series, values, strict=True):
        index = required(required({"series": described}, "series", dict), "query_index", int)
        if not 0 <= index < len(queries):
            raise ContractError(f"a series belongs to query {index} of {len(queries)}")
        if index in found:
            hint = "aggregate it to one series, or write one row a group"
            raise ContractError(f"{queries[index].name}: {queries[index].text} gives more than one series", hint=hint)
        if not isinstance(row, list) or len(row) != len(times):
            raise ContractError(f"a series does not have one value for each of the {len(times)} times")
        found[index] = {
            at: number
            for at, value in zip(times, row, strict=True)
            if start <= at < end and (number := _number(value)) is not None
        }
    return [found.get(index, {}) for index in range(len(queries))]


def _instant(moment: Any) -> datetime:
    if isinstance(moment, bool) or not isinstance(moment, int | float):
        raise ContractError(f"a time is {type(moment).__name__}, expected milliseconds")
    return datetime.fromtimestamp(moment / 1000, tz=UTC)


def _number(value: Any) -> float | None:
    """A point's value; None for a bucket without points."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ContractError(f"a value is {str(value)[:40]}, expected a number")
    return float(value)
