"""What the registries said of lookalikes, and since when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TEXTS = ("registered", "expires", "registrar", "registrant", "standing")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "registration",
        sa.Column("name", _KEY, nullable=False),
        sa.Column("at", sa.BigInteger, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _TEXTS),
        sa.PrimaryKeyConstraint("name", "at", name="pk_registration"),
    )
