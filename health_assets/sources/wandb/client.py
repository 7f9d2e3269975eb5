"""The only module of this source that talks to W&B: wandb's Public API, which sends through its wandb-core process.

The client signs in and carries a listing of ours instead of its own `Api.runs`, because, tried with wandb 0.31: that
one drops the run metadata that holds the GPU count, crashes on `user: null`, makes a folder for each run, costs one
request a run unless told otherwise, and answers a repeated question from its cache.

wandb-core repeats a failed request itself (5xx, 429, no connection): once, after a second, or after Retry-After as far
as the time of the request allows. It tells of that only when it gives up; a repetition that helped is not counted.
"""

import json
import math
import os
import re
import tempfile
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from health_assets.model.errors import Cause, SourceError
from health_assets.model.source import Meter
from health_assets.sources.wandb.answers import HINTS, failure_of
from health_assets.sources.wandb.settings import Settings

if TYPE_CHECKING:
    from wandb.apis.public import Api

PAGE = 100
#: The client refuses to start without something that looks like a key; the sandbox does not read it.
NO_KEY = "0" * 40
RUN_INFO = "runInfo"
DOCUMENT = """
query HealthRuns(
  $project: String!, $entity: String!, $cursor: String, $perPage: Int, $order: String, $filters: JSONString
) {
  project(name: $project, entityName: $entity) {
    runCount(filters: $filters)
    runs(filters: $filters, after: $cursor, first: $perPage, order: $order) {
      edges {
        node {
          name displayName state group jobType sweepName tags createdAt heartbeatAt summaryMetrics systemMetrics
          runInfo { gpuCount }
        }
        cursor
      }
      pageInfo { endCursor hasNextPage }
    }
  }
}"""
ATTEMPTS = re.compile(r"giving up after (\d+) attempt")


class Client:
    """Reads the projects of one entity. deadline: a time.monotonic() reading after which no request is begun.

    Signing in is one request. Raises SourceError, and ConfigError when the key's environment variable is not set.
    """

    def __init__(self, settings: Settings, *, scope: str, deadline: float, meter: Meter | None = None) -> None:
        self._settings = settings
        self._meter = meter or Meter()
        self._deadline = deadline
        key = settings.api_key
        self._key = NO_KEY if key is None else key.resolve(key="sources.wandb.api_key")
        self._left_out: tuple[str, ...] = ()
        self._api = self._sign_in(scope)

    @property
    def requests(self) -> int:
        """Requests known to have been sent."""
        return self._meter.requests

    def runs(self, scope: str, filters: Mapping[str, Any]) -> list[Any]:
        """Every run of entity/project that meets the filter, oldest first, as GraphQL nodes."""
        entity, _, project = scope.partition("/")
        variables = {"entity": entity, "project": project, "order": "+created_at", "filters": json.dumps(filters)}
        nodes: list[Any] = []
        cursor = None
        while True:
            answer = self._ask(scope, {**variables, "perPage": PAGE, "cursor": cursor})
            try:
                expected, page = int(answer["runCount"]), answer["runs"]
                nodes += [edge["node"] for edge in page["edges"]]
                more, before, cursor = page["pageInfo"]["hasNextPage"], cursor, page["pageInfo"]["endCursor"]
            except (KeyError, TypeError, ValueError) as error:
                raise self._error(f"{scope}: the answer is not a listing of runs", cause=Cause.BAD_PAYLOAD) from error
            if not more or cursor == before:
                break
        # a page that comes twice brings nothing; a run without a name is for the records to reject
        found = len(
            {node.get("name") or place if isinstance(node, dict) else place for place, node in enumerate(nodes)}
        )
        if more or found < expected:
            message = f"{scope}: the listing of runs came short, {found} of {expected}"
            raise self._error(message, cause=Cause.INCOMPLETE)
        return nodes

    def _ask(self, scope: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The project in the answer to DOCUMENT."""
        from wandb.sdk.lib.service.service_connection import WandbApiFailedError

        what = f"{scope}: POST /graphql"
        seconds = self._seconds(scope)
        self._meter.count("POST /graphql: runs")
        service = self._api._service_api
        try:
            data: Any = service.execute_graphql(DOCUMENT, variables, timeout=seconds, omit_fields=self._left_out)
        except WandbApiFailedError as error:
            if RUN_INFO in str(error) and not self._left_out:
                # a server of one's own may be too old for it; GPU counts are then unknown
                self._left_out = (RUN_INFO,)
                return self._ask(scope, variables)
            raise self._failed(error, what=what, seconds=seconds) from None
        if not isinstance(data, dict):
            raise self._error(f"{what}: the answer has no data", cause=Cause.BAD_PAYLOAD)
        project = data.get("project")
        if project is None:
            raise self._error(f"{scope}: there is no such project, or the key may not see it", cause=Cause.NOT_FOUND)
        if not isinstance(project, dict):
            raise self._error(f"{what}: the answer is not a listing of runs", cause=Cause.BAD_PAYLOAD)
        return project

    def _sign_in(self, scope: str) -> "Api":
        _prepare_wandb(self._settings)
        from wandb.apis.public import Api
        from wandb.errors import AuthenticationError
        from wandb.sdk.lib.service.service_connection import WandbApiFailedError

        seconds = self._seconds(scope)
        self._meter.count("POST /graphql: viewer")
        overrides = {"base_url": self._settings.api_url, "entity": self._settings.entity}
        try:
            return Api(overrides=overrides, timeout=math.ceil(seconds), api_key=self._key)
        except AuthenticationError as error:
            # raised for whatever went wrong while signing in; only its cause tells what
            cause = error.__cause__
            if isinstance(cause, WandbApiFailedError):
                raise self._failed(cause, what=f"{scope}: sign in", seconds=seconds) from None
            raise self._error(f"{scope}: sign in: {error}", cause=Cause.AUTHENTICATION) from None

    def _seconds(self, scope: str) -> float:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            passed = f"{scope}: not sent, the deadline of {self._settings.deadline_seconds:g} s has passed"
            raise self._error(passed, cause=Cause.DEADLINE)
        return min(self._settings.request_timeout_seconds, remaining)

    def _failed(self, error: Exception, *, what: str, seconds: float) -> SourceError:
        text = str(error)
        given_up = ATTEMPTS.search(text)
        for _ in range(int(given_up[1]) - 1 if given_up else 0):
            self._meter.count("POST /graphql: repeated")
        status = getattr(getattr(error, "response", None), "http_status", 0)
        cause, said = failure_of(text, status=status, seconds=seconds)
        if cause is Cause.UNREACHABLE and time.monotonic() >= self._deadline:
            cause = Cause.DEADLINE
        return self._error(f"{what}: {said}", cause=cause)

    def _error(self, message: str, *, cause: Cause) -> SourceError:
        shown = message if self._key == NO_KEY else message.replace(self._key, "***")
        return SourceError(shown, cause=cause, hint=HINTS[cause], requests=self.requests)


def _prepare_wandb(settings: Settings) -> None:
    """Makes wandb write to a scratch folder, print nothing, report to nobody and repeat little."""
    scratch = os.path.join(tempfile.gettempdir(), f"health-assets-wandb-{os.getuid()}")
    # before the import, which reads some of them; wandb-core inherits them
    os.environ.setdefault("WANDB_DIR", scratch)
    os.environ.setdefault("WANDB_CACHE_DIR", scratch)
    os.environ.setdefault("WANDB_SILENT", "true")
    os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
    os.makedirs(os.environ["WANDB_DIR"], exist_ok=True)
    import wandb

    # whole seconds, and not 0: wandb-core then takes its own default of many long repetitions
    wandb.setup(
        wandb.Settings(
            silent=True,
            x_graphql_retry_max=1,
            x_graphql_retry_wait_min_seconds=1,
            x_graphql_retry_wait_max_seconds=1,
            x_graphql_timeout_seconds=settings.request_timeout_seconds,
        )
    )
