"""Whether a decision was enforced, and how many there were of those that are not kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table of counts, and the column."""
    op.create_table(
        "tally",
        sa.Column("day", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", "what", name="pk_tally"),
    )
    op.add_column(
        "decision", sa.Column("enforced", sa.Boolean, nullable=False, server_default=sa.false())
    )
