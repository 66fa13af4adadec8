"""What was laid of the sample organisation, so that it can be taken away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "sample",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("laid", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_sample"),
    )
