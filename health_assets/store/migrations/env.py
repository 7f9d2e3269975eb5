"""Run by Alembic: applies the migrations inside the transaction that health_assets.store.migrate opened."""

from alembic import context

from health_assets.store.schema import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, version_table=VERSION_TABLE
)
context.run_migrations()
