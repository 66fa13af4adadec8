"""Where a page of a listing ended: `next` of an answer, and `after` of the next question."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Annotated, TypeVar

from fastapi import Query
from pydantic import StringConstraints
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T", bound=tuple[int | str, ...])
After = Annotated[
    str | None,
    StringConstraints(max_length=4000),
    Query(description="`next` of the page before."),
]
Text = Annotated[str, StringConstraints(strict=True, pattern=r"^[^\x00]*$")]
"""A part of a place; no column holds a NUL, and PostgreSQL takes none."""


def write(place: tuple[int | str, ...]) -> str:
    """A place in a listing, as a text that means something only to us."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def read(text: str, kind: TypeAdapter[T]) -> T:
    """The place that was written so.

    Raises:
        HTTPException: it was not.
    """
    try:
        return kind.validate_json(base64.urlsafe_b64decode(text.encode()))
    except ValueError:
        raise HTTPException(422, "query.after: it is no `next` of an answer") from None
