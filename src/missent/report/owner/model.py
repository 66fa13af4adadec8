"""The report's format, version 1: after the model of DMARC and TLS reports (RFC 7489, RFC 8460).

No address stands in it, and no number of few. The JSON Schema is made from these types; a report
that does not fit them is none.
"""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003  pydantic reads them
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT = "missent-sinkhole-report"
VERSION = 1
_MOST = 10_000

Name = Annotated[str, Field(max_length=255, pattern=r"^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$")]
Text = Annotated[str, Field(max_length=4000)]
Number = Annotated[int, Field(ge=0, le=2**53)]
Few = Annotated[
    int | None, Field(ge=0, le=2**53, description="null stands for fewer than suppressed.k")
]


class _Part(BaseModel):
    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", use_attribute_docstrings=True
    )


class Receiver(_Part):
    """Who received the mail, and refused it."""

    organisation: Text
    contact: Text
    """An address that is read."""
    software: Text


class Period(_Part):
    """Whole days, UTC."""

    first: Annotated[date, Field(strict=False)]
    last: Annotated[date, Field(strict=False)]


class Pair(_Part):
    """What was taken in for what."""

    typed: Name
    meant: Name
    note: Text


class Totals(_Part):
    """Refused messages, by what the connection shows of them; see the explanation of the kinds."""

    people: Number
    """Written by somebody who mistyped."""
    automatic: Number
    """Notices and answers of programs."""
    unclear: Number
    bulk: Number
    recipients: Number
    """Of all messages but bulk."""


class Day(_Part):
    """The trend: messages of one day that are not bulk."""

    day: Annotated[date, Field(strict=False)]
    messages: Few


class TypedName(_Part):
    """One name that people typed, with messages that are not bulk."""

    typed: Name
    meant: Name
    messages: Number


class Organisation(_Part):
    """One organisation whose people typed it, by the domain of their addresses."""

    organisation: Name
    messages: Number
    recipients: Number
    senders: Number
    """The most different senders on one day, estimated; see `senders_error`."""
    typed: Annotated[tuple[Name, ...], Field(strict=False, max_length=_MOST)]


class Suppressed(_Part):
    """What is not told apart, because it is too little."""

    k: Annotated[int, Field(ge=1)]
    """Names with fewer messages, organisations with fewer senders, days with fewer messages."""
    organisations: Number
    names: Number


class Advice(_Part):
    """Something that one side can do."""

    party: Literal["owner", "sender", "both"]
    system: Text
    text: Text
    example: Text


class Signature(_Part):
    """Of the report without this member, in the canonical form of RFC 8785."""

    algorithm: Literal["Ed25519"]
    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{43}=$")]
    """The public key, base64."""
    value: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{86}==$")]
    """The signature, base64."""


class Report(_Part):
    """The whole report."""

    format: Literal["missent-sinkhole-report"]
    version: Literal[1]
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    created: Annotated[datetime, Field(strict=False)]
    receiver: Receiver
    owner: Name
    """Whose mail it was: a registrable domain, or a zone such as `mil`."""
    period: Period
    lookalikes: Annotated[tuple[Pair, ...], Field(strict=False, max_length=_MOST)]
    totals: Totals
    trend: Annotated[tuple[Day, ...], Field(strict=False, max_length=_MOST)]
    typed: Annotated[tuple[TypedName, ...], Field(strict=False, max_length=_MOST)]
    organisations: Annotated[tuple[Organisation, ...], Field(strict=False, max_length=_MOST)]
    senders_error: Annotated[float, Field(ge=0, le=1)]
    """The standard error of estimated numbers of senders, relative."""
    suppressed: Suppressed
    advice: Annotated[tuple[Advice, ...], Field(strict=False, max_length=100)]
    method: Text
    signature: Signature | None = None
