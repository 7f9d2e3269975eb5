"""The one store: records, coverage, collections, observations and scores in SQLite or PostgreSQL.

Use `health_assets.store.store.Store`. Facts are kept, so a changed definition restates history without the network.
"""
