"""The three dashboards: one module each with NAME and `build(grid, *, env, owner)`."""

from collections.abc import Callable, Mapping
from typing import Any

from health_assets.datadog.dashboards import query_table, widget_grid, wildcard

#: Name -> builder; a new dashboard is one module and one line here.
DASHBOARDS: Mapping[str, Callable[..., dict[str, Any]]] = {
    module.NAME: module.build for module in (widget_grid, wildcard, query_table)
}
