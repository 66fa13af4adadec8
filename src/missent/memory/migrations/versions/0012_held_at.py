"""Pages of held messages without sorting all of them."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the index; see `missent.hold.sql.tables`."""
    op.create_index("ix_held_at", "held", ["at", "name"])
