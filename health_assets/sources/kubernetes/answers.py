"""What to do about answers of a Kubernetes API server that tell of a failure."""

from health_assets.model.errors import Cause

HINTS = {
    Cause.AUTHENTICATION: "the token or certificate is wrong or expired: sign in again or set a new one",
    Cause.PERMISSION: "bind a ClusterRole that may list pods, apps/deployments and metrics.k8s.io/pods",
    Cause.NOT_FOUND: "check how sources.kubernetes.clusters reaches this cluster",
    Cause.RATE_LIMITED: "the API server is busy; the next tick tries again",
    Cause.DEADLINE: "the next tick tries again; raise deadline_seconds if this cluster is always slow",
    Cause.UNREACHABLE: "check the cluster's address, the network and the proxy",
    Cause.SERVER_ERROR: "the API server has trouble; the next tick tries again",
    Cause.BAD_PAYLOAD: "check that the address is a Kubernetes API and no proxy answers in its place",
}
