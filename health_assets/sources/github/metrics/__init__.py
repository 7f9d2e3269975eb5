"""The measures of GitHub: pure functions of a View, one module a family.

Each value stands for T = view.at. A record read later also carries what happened after T (a closing, a re-run, a
label); every measure leaves that out, so that a past day measured today equals the day as it was measured then.
A measure that cannot know its value says so with a reason and how many records stand in the way.
"""

from health_assets.model.metric import Family
from health_assets.sources.github.metrics import branches, ci, code, commits, developers, issues, pull_requests

FAMILIES: tuple[Family, ...] = (
    pull_requests.FAMILY,
    branches.FAMILY,
    commits.FAMILY,
    code.FAMILY,
    ci.FAMILY,
    developers.FAMILY,
    issues.FAMILY,
)
