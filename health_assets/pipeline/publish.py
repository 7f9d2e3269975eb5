"""Publish: the grid -> the page with its data beside it."""

from pathlib import Path

from health_assets.grid.model import Grid
from health_assets.grid.page import write_page
from health_assets.pipeline.runtime import Runtime


def publish_page(runtime: Runtime, grid: Grid) -> Path:
    """Writes index.html, grid.json and grid.csv atomically into the configured folder, which is returned."""
    folder = runtime.project.config.settings.publish.page.path
    write_page(grid, folder)
    return folder
