"""The tables. They and what the migrations make must agree; a test compares them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from missent.memory.sql.tables import Key, Number, metadata

# A person. `source` is "" for one who signs in here by a password, else the issuer that vouches.
account = Table(
    "account",
    metadata,
    Column("name", Key, primary_key=True),
    Column("role", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("totp", Text, nullable=False),
    Column("totp_step", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("signed_in", BigInteger, nullable=False),
    Index("ix_account_subject", "source", "subject", unique=True),
)

# Codes for one who has lost the device; each is taken away when it is used.
recovery = Table(
    "recovery",
    metadata,
    Column("account", Key, primary_key=True),
    Column("digest", Text, primary_key=True),
)

session = Table(
    "session",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("account", Key, nullable=False),
    Column("way", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Index("ix_session_account", "account"),
)

# A sign-in that is under way: between password and code, or at the provider, or by a link.
pending = Table(
    "pending",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("account", Key, nullable=False),
    Column("body", Text, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Index("ix_pending_expires", "expires"),
)

# Browsers that an account signed in from: they are not slowed by what strangers guess.
device = Table(
    "device",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("account", Key, primary_key=True),
    Column("expires", BigInteger, nullable=False),
)

# Wrong guesses, by who was guessed at or who guesses.
guess = Table(
    "guess",
    metadata,
    Column("bucket", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# Only ever added to.
trail = Table(
    "trail",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("digest", Text, nullable=False),
)

# Who may use the API. `digest` is that of the secret, which is kept nowhere.
api_token = Table(
    "api_token",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger),
    Column("revoked", BigInteger),
    Column("used", BigInteger),
    Index("ix_api_token_digest", "digest", unique=True),
    sqlite_autoincrement=True,
)

# What was laid of the sample organisation, as JSON, so that it can be taken away: one row or none.
sample = Table(
    "sample",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("laid", Text, nullable=False),
)
