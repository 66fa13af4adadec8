"""The tables. They and what the migrations make must agree; a test compares them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text

from missent.memory.sql.tables import Number, metadata

held = Table(
    "held",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("mail_from", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("eight_bit", Boolean, nullable=False),
    Column("smtputf8", Boolean, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("octets", BigInteger, nullable=False),
    Column("subject", LargeBinary, nullable=False),
    Column("mark", Text, nullable=False),
    Index("ix_held_at", "at", "name"),
    Index("ix_held_mark", "mark"),
    Index("ix_held_sender", "sender", "at"),
)

# By itself, so that who looks through messages does not read their contents.
held_content = Table(
    "held_content",
    metadata,
    Column("message", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

held_recipient = Table(
    "held_recipient",
    metadata,
    Column("message", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("address", Text, nullable=False),
    Column("meant", Text, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("review", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("sent_to", Text, nullable=False),
    Column("result", Text, nullable=False),
    Index("ix_held_recipient_state", "state", "expires"),
)

# Only ever added to, until all of a message is taken away.
held_step = Table(
    "held_step",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("message", Text, nullable=False),
    Column("recipient", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("what", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("why", Text, nullable=False),
    Index("ix_held_step_message", "message"),
    sqlite_autoincrement=True,
)

# A number is never used again: the Message-ID of a notice is made of it.
outgoing = Table(
    "outgoing",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("rcpt_to", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("recipient", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("next", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("lease", BigInteger, nullable=False),
    Column("claimer", Text, nullable=False),
    Index("ix_outgoing_next", "next"),
    Index("ix_outgoing_message", "message"),
    sqlite_autoincrement=True,
)
