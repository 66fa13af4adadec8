"""Values that stand in several requests and answers."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from missent.core.address import Address
from missent.core.errors import AddressError
from missent.core.pattern import Pattern

LARGEST = (1 << 63) - 1  # that a store counts to
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")


class Value(BaseModel):
    """An object of a request or an answer; a key that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def _address(text: str) -> str:
    try:
        return str(Address.parse(text))
    except AddressError as error:
        raise ValueError(str(error)) from None


def _pattern(text: str) -> str:
    try:
        return Pattern.parse(text).text
    except AddressError as error:
        raise ValueError(str(error)) from None


def _iso(given: Any) -> Any:
    if isinstance(given, str) and not _MOMENT.match(given):
        raise ValueError("write it as 2026-11-25T12:00:00Z")  # not as a number of seconds
    return given


Line = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]
"""A text of one line."""
Mailbox = Annotated[str, StringConstraints(max_length=400), AfterValidator(_address)]
"""A mail address."""
Matching = Annotated[str, StringConstraints(max_length=400), AfterValidator(_pattern)]
"""`gen@army.ml`, `army.ml` (that domain alone) or `*.ml` (every name below)."""
Moment = Annotated[datetime, BeforeValidator(_iso)]
"""A moment as RFC 3339 has it; without an offset, in UTC."""
Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]


def seconds(moment: datetime) -> int:
    """A moment in whole seconds since the epoch; 0 for one before."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(int(moment.timestamp()), 0)


def moment(at: int) -> datetime:
    """The moment of so many seconds since the epoch."""
    return datetime.fromtimestamp(at, UTC)
