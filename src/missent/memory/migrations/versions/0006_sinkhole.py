"""What the sinkhole counts, whom it told, and the holds on deleting it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sinkhole_count",
        sa.Column("day", sa.Integer, nullable=False),
        *(sa.Column(name, _KEY, nullable=False) for name in ("meant", "typed", "organisation")),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("messages", sa.BigInteger, nullable=False),
        sa.Column("recipients", sa.BigInteger, nullable=False),
        sa.Column("senders", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint(
            "day", "meant", "typed", "organisation", "kind", name="pk_sinkhole_count"
        ),
    )
    op.create_table(
        "sinkhole_fault",
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", "what", name="pk_sinkhole_fault"),
    )
    op.create_table(
        "sinkhole_notice",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in (
                "party",
                "subject",
                "contact",
                "found_by",
                "report",
                "outcome",
                "detail",
            )
        ),
        sa.PrimaryKeyConstraint("number", name="pk_sinkhole_notice"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sinkhole_notice_subject", "sinkhole_notice", ["subject"])
    op.create_table(
        "sinkhole_hold",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_sinkhole_hold"),
        sqlite_autoincrement=True,
    )
