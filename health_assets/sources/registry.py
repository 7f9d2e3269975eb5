"""The sources by name: a new source is one folder and one line here."""

from collections.abc import Mapping

from health_assets.model.source import Source
from health_assets.sources import github

SOURCES: Mapping[str, Source] = {
    "github": github.SOURCE,
}
