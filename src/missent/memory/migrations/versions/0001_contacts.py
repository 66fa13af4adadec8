"""Contacts, what was counted, corrections, decisions, exceptions and domain facts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "contact",
        sa.Column("domain", _KEY, nullable=False),
        sa.Column("local", _KEY, nullable=False),
        sa.Column("sender", _KEY, nullable=False),
        sa.Column("sent", sa.BigInteger, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("bounced", sa.BigInteger, nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.Column("active", sa.BigInteger, nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("domain", "local", "sender", name="pk_contact"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_contact_change", "contact", ["change"])
    op.create_table(
        "seen",
        sa.Column("digest", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_seen"),
    )
    op.create_table(
        "correction",
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("typed", sa.Text, nullable=False),
        sa.Column("meant", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("sender", "typed", name="pk_correction"),
    )
    op.create_table(
        "decision",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("codes", sa.Text, nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("did_you_mean", sa.Text, nullable=False),
        sa.Column("disposition", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_decision"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decision_at", "decision", ["at"])
    op.create_table(
        "exception",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("pattern", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("expires", sa.BigInteger),
        sa.Column("sender", sa.Text),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_exception"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "domain_facts",
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("fetched", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("domain", name="pk_domain_facts"),
    )
    state = op.create_table(
        "state",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_state"),
    )
    op.bulk_insert(
        state,
        [
            {"name": "change", "value": 0},
            {"name": "generation", "value": 0},
            {"name": "exceptions", "value": 0},
        ],
    )
