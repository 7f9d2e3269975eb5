"""The only module of this source that talks to GitHub: PyGithub's requester, our own bounded retries, a request count.

PyGithub's retries are off (they sleep until a quota resets, up to an hour, and turn 5xx into other exceptions), and so
is its pacing (one second before every GraphQL query). Its `requestJson` returns status, headers and text, which
answers.py reads: `graphql_query` raises one undifferentiated exception for every kind of GraphQL error.
One client belongs to one thread: PyGithub keeps the request in flight on a shared connection object.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from github import Auth, Github, GithubException
from github.Requester import Requester
from jwt import PyJWTError
from requests.exceptions import RequestException

from health_assets.model.errors import Cause, SourceError
from health_assets.model.source import Meter
from health_assets.sources.answers import Received, RequestFailed, payload_of
from health_assets.sources.attempts import Attempts, connection_problem
from health_assets.sources.github.answers import HINTS, data_of
from health_assets.sources.github.settings import Settings

USER_AGENT = "health-assets"
API_VERSION = "2022-11-28"

Variables = Mapping[str, Any]


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
        self._settings = settings
        self._attempts = Attempts(
            scope=scope, deadline=deadline, meter=meter, broken=RequestException, hints=HINTS, sleep=sleep
        )
        self._requester = self._open(self._auth())

    def graphql(
        self, document: str, variables: Variables, *, smaller: Callable[[Variables], Variables] | None = None
    ) -> Answer:
        """Answer of a GraphQL query; before it is repeated, `smaller` may reduce what it asks for.

        Raises SourceError.
        """
        asked = variables
        path = "POST /graphql"

        def reduce() -> None:
            nonlocal asked
            asked = smaller(asked) if smaller else asked

        def send() -> Received:
            return self._send("POST", self._requester.graphql_url, body={"query": document, "variables": asked})

        def meaning(answer: Received, *, what: str) -> Answer:
            data, stats_missing = data_of(payload_of(answer, what=what), what=what)
            return Answer(data=data, stats_missing=stats_missing, variables=asked)

        counted = f"{path} {document.split('(', 1)[0].split()[-1]}"
        answer: Answer = self._attempts.read(send, what=path, counted=counted, meaning=meaning, before_repeating=reduce)
        return answer

    def get(self, path: str, parameters: Variables | None = None) -> Any:
        """Parsed answer of GET `path` below the base URL. Raises SourceError."""
        return self._attempts.read(lambda: self._send("GET", path, parameters=parameters), what=f"GET {path}")

    @property
    def scope(self) -> str:
        """The repository that is read: owner/name."""
        return self._attempts.scope

    @scope.setter
    def scope(self, repository: str) -> None:
        self._attempts.scope = repository

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._attempts.meter.requests

    @property
    def scopes(self) -> list[str] | None:
        """OAuth scopes of the token, as the last answer named them; None when it named none."""
        return self._requester.oauth_scopes

    def failure(self, message: str, *, cause: Cause) -> SourceError:
        """A failure of this repository, with what to do."""
        return self._attempts.failure(message, cause=cause)

    def close(self) -> None:
        """Closes the connection."""
        self._requester.close()

    def _send(
        self, verb: str, url: str, *, parameters: Variables | None = None, body: Variables | None = None
    ) -> Received:
        try:
            status, headers, text = self._requester.requestJson(verb, url, dict(parameters or {}), None, body)
        except RuntimeError as error:
            # PyGithub refuses to follow a redirection to another host or protocol
            raise RequestFailed(f"{self.scope}: {verb} {url}: {error}", cause=Cause.BAD_PAYLOAD) from None
        return Received(status=status, headers=headers, text=text)

    def _auth(self) -> Auth.Auth | None:
        if self._settings.token is not None:
            token = self._settings.token.resolve(key="sources.github.token")
            self._attempts.secrets.append(token)
            return Auth.Token(token)
        app = self._settings.app
        if app is None:
            return None
        key = app.private_key.resolve(key="sources.github.app.private_key")
        self._attempts.secrets.append(key)
        return Auth.Token(
            self._installation_token(Auth.AppAuth(app.id, key).get_installation_auth(app.installation_id))
        )

    def _installation_token(self, installation: Auth.AppInstallationAuth) -> str:
        """A token of the installation, good for an hour: asked for once, counted, its failure told like any other."""
        what = f"POST /app/installations/{installation.installation_id}/access_tokens"
        Github(**self._connection(), auth=installation, timeout=int(self._settings.read_timeout_seconds) or 1)
        self._attempts.meter.count(what)
        try:
            token = installation.token
        except GithubException as error:
            text = error.data.get("message", "") if isinstance(error.data, dict) else ""
            raise self._sign_in_failed(f"{what}: HTTP {error.status} {text}", cause=Cause.AUTHENTICATION) from None
        except RequestException as error:
            raise self._sign_in_failed(f"{what}: {connection_problem(error)}", cause=Cause.UNREACHABLE) from None
        except (ValueError, PyJWTError):
            problem = f"{what}: the private key is not a PEM key, or the answer is not JSON"
            raise self._sign_in_failed(problem, cause=Cause.AUTHENTICATION) from None
        self._attempts.secrets.append(token)
        return token

    def _sign_in_failed(self, message: str, *, cause: Cause) -> SourceError:
        hint = "check sources.github.app: id, installation_id and the private key's PEM text must belong together"
        return self._attempts.failure(message, cause=cause, hint=hint)

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
