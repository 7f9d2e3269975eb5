"""The measures of Asana: pure functions of a View, one module a family.

Counts and ages of bugs follow from when tasks were created and completed, for any T. Sections and project statuses are
what was recorded on the day itself.
"""

from health_assets.model.metric import Family
from health_assets.sources.asana.metrics import bugs, projects

FAMILIES: tuple[Family, ...] = (projects.FAMILY, bugs.FAMILY)
