"""The only module of this source that talks to Kubernetes: the official client, our own bounded retries, a count.

Answers are taken as JSON: typed models of 2,000 pods cost over a second. The client's own retries are off, since they
are not counted, and every request has a timeout, since the client has none by itself.
"""

import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from kubernetes import client as k8s
from kubernetes import config
from kubernetes.utils import quantity
from urllib3.exceptions import HTTPError
from yaml import YAMLError

from health_assets.model.errors import Cause, ContractError, SourceError
from health_assets.model.source import Meter
from health_assets.sources.answers import Received
from health_assets.sources.attempts import Attempts
from health_assets.sources.fields import optional, required
from health_assets.sources.kubernetes.answers import HINTS
from health_assets.sources.kubernetes.settings import Cluster, Settings


class _Expired(Exception):
    """The server no longer holds the state that the listing was begun with (HTTP 410)."""


class Client:
    """Lists the objects of one cluster, of all namespaces.

    deadline: a time.monotonic() reading after which no request is begun. Raises SourceError when the cluster's
    settings cannot be used, and ConfigError when a secret is not set.
    """

    def __init__(
        self,
        cluster: Cluster,
        settings: Settings,
        *,
        deadline: float,
        meter: Meter | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._page_size = settings.page_size
        self._limits = (settings.connect_timeout_seconds, settings.read_timeout_seconds)
        configuration = _configuration(cluster)
        self._api = k8s.ApiClient(configuration)
        self._attempts = Attempts(
            scope=cluster.name,
            deadline=deadline,
            meter=meter,
            broken=HTTPError,
            hints=HINTS,
            secrets=tuple(value.strip().rpartition(" ")[2] for value in configuration.api_key.values()),
            sleep=sleep,
        )

    def pods(self) -> list[Any]:
        """All pods. Raises SourceError, also where there is none: even an idle cluster runs its own (DNS, proxies)."""
        found = self._listed("/api/v1/pods", k8s.CoreV1Api(self._api).list_pod_for_all_namespaces)
        if not found:
            raise self._attempts.failure("GET /api/v1/pods: not a single pod was listed", cause=Cause.INCOMPLETE)
        return found

    def deployments(self) -> list[Any]:
        """All deployments. Raises SourceError."""
        return self._listed("/apis/apps/v1/deployments", k8s.AppsV1Api(self._api).list_deployment_for_all_namespaces)

    def pod_metrics(self) -> list[Any]:
        """What pods use now, from the metrics API. Raises SourceError, also where that API is not served."""
        listing = k8s.CustomObjectsApi(self._api).list_cluster_custom_object
        group, version = "metrics.k8s.io", "v1beta1"
        return self._listed(f"/apis/{group}/{version}/pods", partial(listing, group, version, "pods"))

    def version(self) -> str:
        """Version of the server. Raises SourceError."""
        return str(self._read("GET /version", k8s.VersionApi(self._api).get_code).get("gitVersion", "unknown"))

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._attempts.meter.requests

    def close(self) -> None:
        """Closes the connections."""
        self._api.rest_client.pool_manager.clear()
        self._api.close()

    def _listed(self, path: str, listing: Callable[..., Any]) -> list[Any]:
        what = f"GET {path}"
        try:
            try:
                return self._pages(what, listing)
            except _Expired:
                # going on with the token that comes along would mix two states of the cluster
                return self._pages(what, listing)
        except _Expired:
            message = f"{what}: the listing expired twice before its end"
            raise self._attempts.failure(message, cause=Cause.INCOMPLETE) from None
        except ContractError as error:
            raise self._attempts.failure(f"{what}: {error.message}", cause=Cause.BAD_PAYLOAD) from None

    def _pages(self, what: str, listing: Callable[..., Any]) -> list[Any]:
        items: list[Any] = []
        promised, token = 0, None
        while True:
            page = self._read(what, listing, limit=self._page_size, _continue=token)
            # an empty list may come as null, never as nothing at all
            items += [] if page.get("items", ...) is None else required(page, "items", list)
            about = optional(page, "metadata", dict) or {}
            # exact without selectors, as all pages come from one state of the cluster; absent from older servers
            promised = max(promised, len(items) + (optional(about, "remainingItemCount", int) or 0))
            token = optional(about, "continue", str) or None
            if token is None:
                break
        if len(items) < promised:
            message = f"{what}: {len(items)} of {promised} objects came"
            raise self._attempts.failure(message, cause=Cause.INCOMPLETE)
        return items

    def _read(self, what: str, call: Callable[..., Any], **parameters: Any) -> Any:
        given = {name: value for name, value in parameters.items() if value is not None}

        def send() -> Received:
            try:
                response = call(**given, _preload_content=False, _request_timeout=self._limits)
            except k8s.ApiException as error:
                return _refusal(error)
            return Received(status=response.status, headers={}, text=response.data.decode(errors="replace"))

        payload = self._attempts.read(send, what=what)
        if not isinstance(payload, dict):
            raise self._attempts.failure(f"{what}: the answer is not an object", cause=Cause.BAD_PAYLOAD)
        return payload


def _refusal(error: k8s.ApiException) -> Received:
    if error.status == 410:
        raise _Expired from None
    if not error.status:
        # the client makes a status 0 of a TLS failure
        raise HTTPError(str(error.reason)) from None
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    return Received(status=error.status, headers=headers, text=str(error.body or error.reason or ""))


def _configuration(cluster: Cluster) -> k8s.Configuration:
    made = k8s.Configuration()
    made.retries = False
    try:
        if cluster.in_cluster:
            config.load_incluster_config(client_configuration=made)
        elif cluster.api_url is None:
            config.load_kube_config(
                config_file=None if cluster.kubeconfig is None else str(cluster.kubeconfig),
                context=cluster.context,
                client_configuration=made,
                # renewed tokens are not written into the user's file
                persist_config=False,
            )
        else:
            token = cluster.token.resolve(key="sources.kubernetes.clusters.token") if cluster.token else None
            made.host = cluster.api_url
            made.ssl_ca_cert = None if cluster.ca_file is None else str(cluster.ca_file)
            made.api_key = {"BearerToken": f"Bearer {token}"} if token else {}
    except YAMLError:
        # the library's text shows lines of the file, which holds tokens
        message = f"{cluster.name}: the kubeconfig is no YAML"
        raise SourceError(message, cause=Cause.NOT_FOUND, hint=HINTS[Cause.NOT_FOUND]) from None
    except (config.ConfigException, OSError) as error:
        message = f"{cluster.name}: no way to reach the cluster: {error}"
        raise SourceError(message, cause=Cause.NOT_FOUND, hint=HINTS[Cause.NOT_FOUND]) from None
    return made


def in_units(text: Any) -> float:
    """A quantity (100m, 24716Ki, 1e3) in cores or bytes. Raises ValueError."""
    found = quantity.parse_quantity(text)
    if not isinstance(found, Decimal) or not found.is_finite():
        raise ValueError(f"{text!r} is not a quantity")
    return float(found)
