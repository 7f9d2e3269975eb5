"""The measures of local training: pure functions of a View, by the times inside the documents."""

from health_assets.model.metric import Family
from health_assets.sources.training_jobs.metrics import local

FAMILIES: tuple[Family, ...] = (local.FAMILY,)
