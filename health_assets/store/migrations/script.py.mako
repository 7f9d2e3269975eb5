"""${message}."""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Brings a store from ${down_revision} to ${up_revision}; there is no way back, restore a backup instead."""
    ${upgrades if upgrades else "pass"}
