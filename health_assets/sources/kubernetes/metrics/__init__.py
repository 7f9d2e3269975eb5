"""The measures of Kubernetes: pure functions of a View over the snapshot that was taken on the day itself.

What pods use and request stands together in one kind, so that both are of the same instant.
"""

from health_assets.model.metric import Family
from health_assets.sources.kubernetes.metrics import deployments, pods, resources

FAMILIES: tuple[Family, ...] = (resources.FAMILY, pods.FAMILY, deployments.FAMILY)
