"""A publish to the Datadog stand-in after the first ones: requests, and the bytes of each body."""

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from health_assets.datadog.batches import batches, sizes
from health_assets.datadog.dashboards import DASHBOARDS
from health_assets.datadog.series import cell_points
from health_assets_tests.datadog.stage import staged
from health_assets_tests.grid.synthetic import busy_grid

#: Publishes until every unit and description is told.
FIRST_PUBLISHES = 12


def steady_publish(*, latency: float) -> dict[str, Any]:
    """Seconds and requests of a steady publish; sizes for 42 rows x 7 days, as made and as compressed."""
    grid = busy_grid()
    (series,) = batches(list(cell_points(grid, env="bench")))
    body, compressed = sizes(series)
    boards = {
        f"{name}_bytes": len(json.dumps(build(grid, env="bench", owner="team:bench")).encode())
        for name, build in DASHBOARDS.items()
    }
    with staged(Path.cwd()) as stage:
        stage.observe(0.5)
        for _ in range(FIRST_PUBLISHES):
            stage.now += timedelta(minutes=15)
            stage.publish()
        stage.server.latency = latency
        stage.server.requests.clear()
        begun = time.perf_counter()
        stage.publish()
        seconds = time.perf_counter() - begun
        requests = len(stage.server.requests)
    cells = {"cells": len(series), "cells_bytes": body, "cells_sent_bytes": compressed}
    return {"seconds": seconds, "requests": requests, **cells, **boards}
