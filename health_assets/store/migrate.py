"""Brings a database to the tables of schema.py, once, however many processes open it at the same time."""

import logging
from pathlib import Path

from sqlalchemy import Connection, Engine, column, inspect, select, table

from health_assets.model.errors import StoreError
from health_assets.store.engine import reading, safe_url, writing
from health_assets.store.schema import REVISION, VERSION_TABLE

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Applies what is missing, in one transaction. Raises StoreError for a database newer than this code."""
    with reading(engine) as connection:
        current = current_revision(connection)
    if current == REVISION:
        return
    with writing(engine) as connection:
        # another process may have been faster while this one waited for its turn
        current = current_revision(connection)
        if current != REVISION:
            _upgrade(connection, current)


def current_revision(connection: Connection) -> str | None:
    """The newest migration applied, or None in a database that has none."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(select(column("version_num")).select_from(table(VERSION_TABLE))).scalar()


def _upgrade(connection: Connection, current: str | None) -> None:
    # imported here because it takes 0.5 s and an up-to-date store does not need it
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config(attributes={"connection": connection})
    # ConfigParser reads % as the start of a reference
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise StoreError(
            f"the store {safe_url(connection.engine.url)} has revision {current}, this program knows up to {REVISION}",
            hint="a newer health-assets wrote it: upgrade this one, or use another store",
        )
    command.upgrade(config, "head")
