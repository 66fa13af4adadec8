"""What was tried once, so that a second attempt confirms it and a second notice is not sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table of attempts."""
    op.create_table(
        "attempt",
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("sender", _KEY, nullable=False),
        sa.Column("address", _KEY, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("purpose", "sender", "address", name="pk_attempt"),
    )
    op.create_index("ix_attempt_first", "attempt", ["first"])
