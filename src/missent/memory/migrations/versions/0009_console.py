"""Who signs in to the console, and the trail of what was done there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _moments(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, _KEY, nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "account",
        _key("name"),
        *_texts("role", "source", "subject", "password", "totp"),
        *_moments("totp_step", "created", "signed_in"),
        sa.PrimaryKeyConstraint("name", name="pk_account"),
    )
    op.create_index("ix_account_subject", "account", ["source", "subject"], unique=True)
    op.create_table(
        "recovery",
        _key("account"),
        *_texts("digest"),
        sa.PrimaryKeyConstraint("account", "digest", name="pk_recovery"),
    )
    op.create_table(
        "session",
        *_texts("digest"),
        _key("account"),
        *_texts("way"),
        *_moments("created", "seen"),
        sa.PrimaryKeyConstraint("digest", name="pk_session"),
    )
    op.create_index("ix_session_account", "session", ["account"])
    op.create_table(
        "pending",
        *_texts("digest", "kind"),
        _key("account"),
        *_texts("body"),
        *_moments("expires"),
        sa.PrimaryKeyConstraint("digest", name="pk_pending"),
    )
    op.create_index("ix_pending_expires", "pending", ["expires"])
    op.create_table(
        "device",
        *_texts("digest"),
        _key("account"),
        *_moments("expires"),
        sa.PrimaryKeyConstraint("digest", "account", name="pk_device"),
    )
    op.create_table(
        "guess",
        *_texts("bucket"),
        sa.Column("count", sa.Integer, nullable=False),
        *_moments("at"),
        sa.PrimaryKeyConstraint("bucket", name="pk_guess"),
    )
    op.create_table(
        "trail",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        *_moments("at"),
        *_texts("who", "action", "object", "detail", "digest"),
        sa.PrimaryKeyConstraint("number", name="pk_trail"),
    )
