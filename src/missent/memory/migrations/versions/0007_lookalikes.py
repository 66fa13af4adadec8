"""What lookalikes of ours did with mail, and since when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "lookalike",
        sa.Column("name", _KEY, nullable=False),
        sa.Column("meant", _KEY, nullable=False),
        sa.Column("at", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", "meant", "at", name="pk_lookalike"),
    )
