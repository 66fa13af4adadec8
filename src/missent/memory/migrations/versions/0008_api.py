"""Decisions as they are looked through and judged, counted by day; and who may use the API."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables and what decisions are found by."""
    op.add_column("decision", sa.Column("domain", sa.Text, nullable=False, server_default=""))
    op.execute(
        "UPDATE decision SET domain = substr(recipient, length(rtrim(recipient, replace(recipient,"
        " '@', ''))) + 1)"
    )
    op.drop_index("ix_decision_at", "decision")
    op.create_index("ix_decision_at", "decision", ["at", "number"])
    for column in ("sender", "recipient", "domain", "action"):
        op.create_index(f"ix_decision_{column}", "decision", [column, "at", "number"])
    op.create_table(
        "decision_code",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("code", "at", "number", name="pk_decision_code"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_decision_code_number", "decision_code", ["number"])
    op.create_table(
        "evidence",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("findings", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_evidence"),
    )
    op.create_table(
        "judgement",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("correct", sa.Boolean, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_judgement"),
    )
    _counts("code_day", sa.Column("code", sa.Text, nullable=False))
    _counts(
        "slip_day",
        sa.Column("typed", _KEY, nullable=False),
        sa.Column("meant", _KEY, nullable=False),
    )
    op.create_table(
        "api_token",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger),
        sa.Column("revoked", sa.BigInteger),
        sa.Column("used", sa.BigInteger),
        sa.PrimaryKeyConstraint("number", name="pk_api_token"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_api_token_digest", "api_token", ["digest"], unique=True)


def _counts(table: str, *key: sa.Column[str]) -> None:
    names = ("day", *(column.name for column in key))
    op.create_table(
        table,
        sa.Column("day", sa.Integer, autoincrement=False, nullable=False),
        *key,
        sa.Column("prompts", sa.BigInteger, nullable=False),
        sa.Column("asked", sa.BigInteger, nullable=False),
        sa.Column("overridden", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(*names, name=f"pk_{table}"),
    )
