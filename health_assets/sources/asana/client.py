"""The only module of this source that talks to Asana: the official client, our own bounded retries, a count.

Pages are asked for one by one: the client's iterator repeats and counts nothing, and takes what is no JSON for a page.
Its own retries are off, since they would not be counted, and every request has a timeout, since it sets none.
`opt_fields` must be one text with commas, and flags the words true and false: the client would send Python's.
"""

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import asana
from asana.rest import ApiException
from urllib3.exceptions import HTTPError

from health_assets.model.errors import Cause, ContractError, SourceError
from health_assets.model.source import Meter
from health_assets.model.time import iso
from health_assets.sources.answers import Received
from health_assets.sources.asana.answers import HINTS, one_of, page_of
from health_assets.sources.asana.settings import Settings, Workspace
from health_assets.sources.attempts import Attempts
from health_assets.sources.fields import Payload, required

PAGE_SIZE = 100
PROJECT_FIELDS = "name,archived,permalink_url,current_status_update.status_type"
TASK_FIELDS = (
    "name,permalink_url,created_at,completed,completed_at,modified_at,memberships.project.gid,memberships.section.name"
)


class Client:
    """Reads one workspace. deadline: a time.monotonic() reading after which no request is begun.

    Raises ConfigError when the token is not set.
    """

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings,
        *,
        deadline: float,
        meter: Meter | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._workspace = workspace
        self._limits = (settings.connect_timeout_seconds, settings.read_timeout_seconds)
        configuration = asana.Configuration()
        configuration.host = settings.api_url
        configuration.retry_strategy = False
        token = settings.token.resolve(key="sources.asana.token") if settings.token else ""
        configuration.access_token = token
        self._api = _without_threads(asana.ApiClient(configuration))
        self._attempts = Attempts(
            scope=workspace.name,
            deadline=deadline,
            meter=meter,
            broken=HTTPError,
            hints=HINTS,
            secrets=(token,) if token else (),
            sleep=sleep,
        )

    def projects(self) -> list[Any]:
        """The projects that are not archived. Raises SourceError, also where none is listed: the bugs have one."""
        opts = {"workspace": self._workspace.gid, "archived": "false", "opt_fields": PROJECT_FIELDS}
        found = self._listed("/projects", asana.ProjectsApi(self._api).get_projects, opts)
        if not found:
            raise self.failure("GET /projects: not a single project was listed", cause=Cause.INCOMPLETE)
        return found

    def bugs(self, *, completed_since: datetime, modified_since: datetime | None = None) -> list[Any]:
        """The bugs project's tasks that are open or were completed since then; only changed ones if asked so.

        Raises SourceError.
        """
        opts = {
            "project": self._workspace.bugs_project,
            "completed_since": iso(completed_since),
            "opt_fields": TASK_FIELDS,
            **({} if modified_since is None else {"modified_since": iso(modified_since)}),
        }
        return self._listed("/tasks", asana.TasksApi(self._api).get_tasks, opts)

    def open_bug_count(self) -> int:
        """How many open tasks the bugs project has, by Asana's own count. Raises SourceError."""
        gid, opts = self._workspace.bugs_project, {"opt_fields": "num_incomplete_tasks"}
        call = partial(asana.ProjectsApi(self._api).get_task_counts_for_project, gid, opts)
        what = f"GET /projects/{gid}/task_counts"
        count: int = self._checked(what, self._read(what, call), partial(one_of, key="num_incomplete_tasks", kind=int))
        return count

    def user(self) -> str:
        """gid of the token's owner. Raises SourceError."""
        what = "GET /users/me"
        call = partial(asana.UsersApi(self._api).get_user, "me", {"opt_fields": "gid"})
        gid: str = self._checked(what, self._read(what, call), partial(one_of, key="gid", kind=str))
        return gid

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._attempts.meter.requests

    def failure(self, message: str, *, cause: Cause) -> SourceError:
        """A failure of this workspace, with what to do."""
        return self._attempts.failure(message, cause=cause)

    def close(self) -> None:
        """Closes the connections."""
        self._api.rest_client.pool_manager.clear()

    def _listed(self, path: str, listing: Callable[..., Any], opts: Mapping[str, str]) -> list[Any]:
        items: list[Any] = []
        what, offset = f"GET {path}", ""
        while True:
            asked = {**opts, "limit": str(PAGE_SIZE), **({"offset": offset} if offset else {})}
            # the client adds to the options that it is given
            page = self._read(what, partial(listing, asked))
            rows, offset = self._checked(what, page, page_of)
            items += rows
            if not offset:
                return items
            if not rows:
                message = f"{path}: an empty page came before the last one, after {len(items)} objects"
                raise self.failure(message, cause=Cause.INCOMPLETE)

    def _read(self, what: str, call: Callable[..., Any]) -> Any:
        def send() -> Received:
            try:
                # the full payload is one answer; without it the client looks into answers that it was told not to read
                response = call(full_payload=True, _preload_content=False, _request_timeout=self._limits)
            except ApiException as error:
                return _refusal(error)
            return Received(status=response.status, headers={}, text=response.data.decode(errors="replace"))

        return self._attempts.read(send, what=what)

    def _checked(self, what: str, payload: Any, read: Callable[[Payload], Any]) -> Any:
        try:
            return read(required({"answer": payload}, "answer", dict))
        except ContractError as error:
            raise self._attempts.failure(f"{what}: {error.message}", cause=Cause.BAD_PAYLOAD) from None


def _without_threads(api: asana.ApiClient) -> asana.ApiClient:
    """The client without its pool for asynchronous calls, whose end at exit fails and is shown (asana 5.4)."""
    pool = vars(api).pop("pool", None)
    if pool is not None:
        pool.terminate()
        pool.join()
    return api


def _refusal(error: ApiException) -> Received:
    if not error.status:
        # the client makes a status 0 of a TLS failure
        raise HTTPError(str(error.reason)) from None
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    text = (error.body or b"").decode(errors="replace")
    try:
        said = json.loads(text)["errors"][0]["message"]
    except (ValueError, LookupError, TypeError):
        return Received(status=error.status, headers=headers, text=text)
    return Received(status=error.status, headers=headers, text=json.dumps({"message": said}))
