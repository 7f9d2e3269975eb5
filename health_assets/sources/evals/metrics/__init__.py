"""The measures of evaluation runs: pure functions of a View, one module a family, by the times inside the documents."""

from health_assets.model.metric import Family
from health_assets.sources.evals.metrics import local, remote

FAMILIES: tuple[Family, ...] = (local.FAMILY, remote.FAMILY)
