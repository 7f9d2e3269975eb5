"""The only module of this source that talks to GitHub: PyGithub's requester, our own bounded retries, a request count.

PyGithub's retries are off (they sleep until a quota resets, up to an hour, and turn 5xx into other exceptions), and so
is its pacing (one second before every GraphQL query). Its `requestJson` returns status, headers and text, which
answers.py reads: `graphql_query` raises one undifferentiated exception for every kind of GraphQL error.
One client belongs to one thread: PyGithub keeps the request in flight on a shared connection object.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from github import Auth, Github, GithubException
from github.Requester import Requester
from jwt import PyJWTError
from requests.exceptions import RequestException, Timeout
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random

from health_assets.model.errors import Cause, SourceError
from health_assets.model.source import Meter
from health_assets.sources.github.answers import Received, RequestFailed, data_of, payload_of
from health_assets.sources.github.settings import Settings

TRIES = 3
USER_AGENT = "health-assets"
API_VERSION = "2022-11-28"

Variables = Mapping[str, Any]
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A GraphQL answer. `variables` are those it was asked with, which may ask for less than was wanted."""

    data: dict[str, Any]
    stats_missing: bool
    variables: Variables


class Client:
    """Reads one repository. `requests` counts every HTTP request, the repeated ones too.

    scope: owner/name. deadline: a time.monotonic() reading after which no request is begun.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        scope: str,
        deadline: float,
        meter: Meter | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._meter = meter or Meter()
        self.scope = scope
        self._deadline = deadline
        self._sleep = sleep
        self._settings = settings
        self._secrets: list[str] = []
        self._requester = self._open(self._auth())

    def graphql(
        self, document: str, variables: Variables, *, smaller: Callable[[Variables], Variables] | None = None
    ) -> Answer:
        """Answer of a GraphQL query; before it is repeated, `smaller` may reduce what it asks for.

        Raises SourceError.
        """
        asked = variables
        what = f"{self.scope}: POST /graphql"
        operation = document.split("(", 1)[0].split()[-1]

        def reduce(_: RetryCallState) -> None:
            nonlocal asked
            asked = smaller(asked) if smaller else asked

        def once() -> Answer:
            body = {"query": document, "variables": asked}
            answer = self._send(
                "POST", self._requester.graphql_url, what=what, body=body, counted=f"{what} {operation}"
            )
            data, stats_missing = data_of(payload_of(answer, what=what), what=what)
            return Answer(data=data, stats_missing=stats_missing, variables=asked)

        return self._retrying(once, before_sleep=reduce)

    def get(self, path: str, parameters: Variables | None = None) -> Any:
        """Parsed answer of GET `path` below the base URL. Raises SourceError."""
        what = f"{self.scope}: GET {path}"

        def once() -> Any:
            return payload_of(self._send("GET", path, what=what, parameters=parameters), what=what)

        return self._retrying(once)

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._meter.requests

    @property
    def scopes(self) -> list[str] | None:
        """OAuth scopes of the token, as the last answer named them; None when it named none."""
        return self._requester.oauth_scopes

    def close(self) -> None:
        """Closes the connection."""
        self._requester.close()

    def _retrying(
        self, once: Callable[[], Result], *, before_sleep: Callable[[RetryCallState], None] | None = None
    ) -> Result:
        jitter = wait_random(0.1, 0.6)

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            return jitter(state) + (error.retry_in or 0.0 if isinstance(error, RequestFailed) else 0.0)

        try:
            return Retrying(
                stop=stop_after_attempt(TRIES),
                wait=wait,
                retry=retry_if_exception(self._worth_repeating),
                sleep=self._sleep,
                before_sleep=before_sleep,
                reraise=True,
            )(once)
        except SourceError as error:
            raise SourceError(
                self._scrubbed(error.message), cause=error.cause, hint=error.hint, requests=self.requests
            ) from None

    def _worth_repeating(self, error: BaseException) -> bool:
        if not isinstance(error, RequestFailed) or error.retry_in is None:
            return False
        return time.monotonic() + error.retry_in + 1.0 < self._deadline

    def _send(
        self,
        verb: str,
        url: str,
        *,
        what: str,
        counted: str | None = None,
        parameters: Variables | None = None,
        body: Variables | None = None,
    ) -> Received:
        if time.monotonic() >= self._deadline:
            raise RequestFailed(
                f"{what}: not sent, the deadline of {self._settings.deadline_seconds:g} s has passed",
                cause=Cause.DEADLINE,
                hint="the next tick tries again; raise deadline_seconds if this source is always slow",
            )
        self._meter.count((counted or what).removeprefix(f"{self.scope}: "))
        try:
            status, headers, text = self._requester.requestJson(verb, url, dict(parameters or {}), None, body)
        except Timeout:
            limit = self._settings.read_timeout_seconds
            raise RequestFailed(
                f"{what}: no answer within {limit:g} s", cause=Cause.UNREACHABLE, retry_in=0.0
            ) from None
        except RequestException as error:
            raise RequestFailed(f"{what}: {_reason(error)}", cause=Cause.UNREACHABLE, retry_in=0.0) from None
        except RuntimeError as error:
            # PyGithub refuses to follow a redirection to another host or protocol
            raise RequestFailed(f"{what}: {error}", cause=Cause.BAD_PAYLOAD) from None
        return Received(status=status, headers=headers, text=text)

    def _auth(self) -> Auth.Auth | None:
        if self._settings.token is not None:
            token = self._settings.token.resolve(key="sources.github.token")
            self._secrets.append(token)
            return Auth.Token(token)
        app = self._settings.app
        if app is None:
            return None
        key = app.private_key.resolve(key="sources.github.app.private_key")
        self._secrets.append(key)
        return Auth.Token(
            self._installation_token(Auth.AppAuth(app.id, key).get_installation_auth(app.installation_id))
        )

    def _installation_token(self, installation: Auth.AppInstallationAuth) -> str:
        """A token of the installation, good for an hour: asked for once, counted, its failure told like any other."""
        what = f"{self.scope}: POST /app/installations/{installation.installation_id}/access_tokens"
        Github(**self._connection(), auth=installation, timeout=int(self._settings.read_timeout_seconds) or 1)
        self._meter.count(what.removeprefix(f"{self.scope}: "))
        try:
            token = installation.token
        except GithubException as error:
            text = error.data.get("message", "") if isinstance(error.data, dict) else ""
            raise self._sign_in_failed(f"{what}: HTTP {error.status} {text}", cause=Cause.AUTHENTICATION) from None
        except RequestException as error:
            raise self._sign_in_failed(f"{what}: {_reason(error)}", cause=Cause.UNREACHABLE) from None
        except (ValueError, PyJWTError):
            problem = f"{what}: the private key is not a PEM key, or the answer is not JSON"
            raise self._sign_in_failed(problem, cause=Cause.AUTHENTICATION) from None
        self._secrets.append(token)
        return token

    def _sign_in_failed(self, message: str, *, cause: Cause) -> SourceError:
        hint = "check sources.github.app: id, installation_id and the private key's PEM text must belong together"
        return SourceError(self._scrubbed(message), cause=cause, hint=hint, requests=self.requests)

    def _connection(self) -> dict[str, Any]:
        return {
            "base_url": self._settings.api_url,
            "retry": None,
            "seconds_between_requests": 0,
            "seconds_between_writes": 0,
            "per_page": 100,
            "user_agent": USER_AGENT,
            "api_version": API_VERSION,
        }

    def _open(self, auth: Auth.Auth | None) -> Requester:
        # Github() takes one whole number of seconds; its requester hands any timeout of `requests` through
        limits = (self._settings.connect_timeout_seconds, self._settings.read_timeout_seconds)
        return Requester(**{**Github(**self._connection(), auth=auth).requester.kwargs, "timeout": limits})

    def _scrubbed(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def _reason(error: RequestException) -> str:
    text = str(error)
    if "refused" in text.lower():
        return "the connection was refused"
    if "resolve" in text.lower() or "name or service" in text.lower():
        return "the host name cannot be resolved"
    return f"the connection failed ({type(error).__name__})"
