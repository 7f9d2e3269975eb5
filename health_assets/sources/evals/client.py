"""The client of this source: one directory or bucket of documents, as all result sources read it."""

from health_assets.sources.results.client import Directory as Client

__all__ = ["Client"]
