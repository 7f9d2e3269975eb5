"""Datadog measures: one metric a row, the day's points of its query made one value."""

from health_assets.sources.datadog.metrics.reduced import family_of

__all__ = ["family_of"]
