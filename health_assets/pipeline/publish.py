"""Publish: the grid -> the page with its data beside it."""

from pathlib import Path

from health_assets.grid.model import Grid
from health_assets.grid.page import write_page
from health_assets.model.errors import ConfigError
from health_assets.pipeline.runtime import Runtime


def publish_page(runtime: Runtime, grid: Grid) -> Path:
    """Writes index.html, grid.json and grid.csv atomically into the configured folder, which is returned.

    Raises ConfigError where the folder cannot be made or written.
    """
    config = runtime.project.config
    folder = config.settings.publish.page.path
    try:
        write_page(grid, folder)
    except OSError as error:
        raise ConfigError(
            f"{config.origin}: publish.page.path: {folder}: {error.strerror}",
            hint="choose a folder this user may write",
        ) from error
    return folder
