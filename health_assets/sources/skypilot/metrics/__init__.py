"""The measures of SkyPilot: pure functions of a View, one module a subject.

Each value stands for T = view.at, and a job is what it was at T: queued from when it was first seen or submitted,
running from its first start to its end (a recovery in between is part of it), then ended. A job here is one task: a
pipeline of three tasks is three. Accelerators, region and capacity are those last known, also for earlier T.
"""

from health_assets.model.metric import Family
from health_assets.sources.skypilot.metrics import clusters, jobs, per_job, recoveries, resources, runtime

FAMILIES: tuple[Family, ...] = (
    clusters.FAMILY,
    jobs.FAMILY,
    runtime.FAMILY,
    recoveries.FAMILY,
    resources.FAMILY,
    resources.REGIONS,
    jobs.USERS,
    per_job.FAMILY,
)
