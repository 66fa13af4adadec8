"""The tables. They and what the migrations make must agree; a test compares them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    false,
)

metadata = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_name)s"}
)

# SQLite counts rows in an INTEGER only, and lays the table out by it.
Number = BigInteger().with_variant(Integer, "sqlite")

# Rows are read in the order of the key, which must be that of code points whatever the locale.
Key = Text().with_variant(Text(collation="C"), "postgresql")

# The key's order puts the addresses of a domain together, and the senders of an address: so the
# snapshot is built in one pass, without a dictionary of a million addresses.
contact = Table(
    "contact",
    metadata,
    Column("domain", Key, primary_key=True),
    Column("local", Key, primary_key=True),
    Column("sender", Key, primary_key=True),
    Column("sent", BigInteger, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("bounced", BigInteger, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("active", BigInteger, nullable=False),
    Column("change", BigInteger, nullable=False),
    Index("ix_contact_change", "change"),
    sqlite_with_rowid=False,
)

# Names of events that were counted, as keyed 64-bit digests: 16 octets a recipient of a message.
seen = Table(
    "seen",
    metadata,
    Column("digest", Number, primary_key=True, autoincrement=False),
    Column("day", Integer, nullable=False),
)

correction = Table(
    "correction",
    metadata,
    Column("sender", Text, primary_key=True),
    Column("typed", Text, primary_key=True),
    Column("meant", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("change", BigInteger, nullable=False),
)

decision = Table(
    "decision",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("sender", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("codes", Text, nullable=False),
    Column("probability", Float, nullable=False),
    Column("did_you_mean", Text, nullable=False),
    Column("disposition", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("enforced", Boolean, nullable=False, server_default=false()),
    Column("domain", Text, nullable=False, server_default=""),
    # They are listed by moment, the newest first; each of these ends in that order.
    Index("ix_decision_at", "at", "number"),
    Index("ix_decision_sender", "sender", "at", "number"),
    Index("ix_decision_recipient", "recipient", "at", "number"),
    Index("ix_decision_domain", "domain", "at", "number"),
    Index("ix_decision_action", "action", "at", "number"),
    sqlite_autoincrement=True,
)

# Decisions by code, to list those of one: there are a few codes a decision.
decision_code = Table(
    "decision_code",
    metadata,
    Column("code", Text, primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Number, primary_key=True, autoincrement=False),
    Index("ix_decision_code_number", "number"),
    sqlite_with_rowid=False,
)

# By themselves, so that who looks through decisions does not read all of their evidence.
evidence = Table(
    "evidence",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("findings", Text, nullable=False),
)

# What people said of decisions afterwards; `correct` is 1 for "this was right".
judgement = Table(
    "judgement",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("correct", Boolean, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# Counted when they are written, so that years of them are told without reading them.
code_day = Table(
    "code_day",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("code", Text, primary_key=True),
    Column("prompts", BigInteger, nullable=False),
    Column("asked", BigInteger, nullable=False),
    Column("overridden", BigInteger, nullable=False),
)

# The same by domains: what was typed, and what was meant.
slip_day = Table(
    "slip_day",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("typed", Key, primary_key=True),
    Column("meant", Key, primary_key=True),
    Column("prompts", BigInteger, nullable=False),
    Column("asked", BigInteger, nullable=False),
    Column("overridden", BigInteger, nullable=False),
)

# How many messages and recipients were decided, each day; of most nothing else is kept.
tally = Table(
    "tally",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("what", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

exception = Table(
    "exception",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("pattern", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("expires", BigInteger),
    Column("sender", Text),
    Column("created", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

domain_facts = Table(
    "domain_facts",
    metadata,
    Column("domain", Text, primary_key=True),
    Column("facts", Text, nullable=False),
    Column("fetched", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
)

# What was tried once, and when first; `first` is looked at to drop what no longer counts.
attempt = Table(
    "attempt",
    metadata,
    Column("purpose", Text, primary_key=True),
    Column("sender", Key, primary_key=True),
    Column("address", Key, primary_key=True),
    Column("first", BigInteger, nullable=False),
    Index("ix_attempt_first", "first"),
)

# `change`, `generation`, `exceptions` (see Head), and `salt`, the key of the digests.
state = Table(
    "state",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# What the sinkhole refused, by day since the epoch; `senders` is a sketch of keyed digests.
sinkhole_count = Table(
    "sinkhole_count",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("meant", Key, primary_key=True),
    Column("typed", Key, primary_key=True),
    Column("organisation", Key, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("messages", BigInteger, nullable=False),
    Column("recipients", BigInteger, nullable=False),
    Column("senders", LargeBinary, nullable=False),
)

sinkhole_fault = Table(
    "sinkhole_fault",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("what", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

# Whom the sinkhole's operator told what, and when: it is never deleted by age.
sinkhole_notice = Table(
    "sinkhole_notice",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("party", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("found_by", Text, nullable=False),
    Column("report", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_sinkhole_notice_subject", "subject"),
    sqlite_autoincrement=True,
)

# While one has no end, no number of the sinkhole's is deleted.
sinkhole_hold = Table(
    "sinkhole_hold",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),
    Column("owner", Text, nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_autoincrement=True,
)

# What a registry said of a lookalike from a moment on; likewise.
registration = Table(
    "registration",
    metadata,
    Column("name", Key, primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("registered", Text, nullable=False),
    Column("expires", Text, nullable=False),
    Column("registrar", Text, nullable=False),
    Column("registrant", Text, nullable=False),
    Column("standing", Text, nullable=False),
)

# What a lookalike did with mail from a moment on; a row is added when it changes.
lookalike = Table(
    "lookalike",
    metadata,
    Column("name", Key, primary_key=True),
    Column("meant", Key, primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("operator", Text, nullable=False),
)
