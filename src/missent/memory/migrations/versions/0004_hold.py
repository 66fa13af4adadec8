"""Held messages, their recipients, what happened to them, and what waits to be sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables of the hold room."""
    op.create_table(
        "held",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("mail_from", sa.Text, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("eight_bit", sa.Boolean, nullable=False),
        sa.Column("smtputf8", sa.Boolean, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("octets", sa.BigInteger, nullable=False),
        sa.Column("subject", sa.LargeBinary, nullable=False),
        sa.Column("mark", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_held"),
    )
    op.create_index("ix_held_mark", "held", ["mark"])
    op.create_index("ix_held_sender", "held", ["sender", "at"])
    op.create_table(
        "held_content",
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("message", name="pk_held_content"),
    )
    op.create_table(
        "held_recipient",
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("meant", sa.Text, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("review", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("sent_to", sa.Text, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("message", "number", name="pk_held_recipient"),
    )
    op.create_index("ix_held_recipient_state", "held_recipient", ["state", "expires"])
    op.create_table(
        "held_step",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("recipient", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_held_step"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_held_step_message", "held_step", ["message"])
    op.create_table(
        "outgoing",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("rcpt_to", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("recipient", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("next", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("lease", sa.BigInteger, nullable=False),
        sa.Column("claimer", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_outgoing"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outgoing_next", "outgoing", ["next"])
    op.create_index("ix_outgoing_message", "outgoing", ["message"])
