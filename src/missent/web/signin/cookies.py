"""The cookies of the console: no script reads them, no other site sends them along.

By TLS their names begin with `__Host-`: browsers then take them from this very host only, so that a
neighbouring one cannot plant its own. Browsers refuse that name without TLS, as on loopback.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection
    from starlette.responses import Response

_LONGEST = 100  # characters of a secret; ours have 43


@dataclass(frozen=True, slots=True)
class Cookie:
    """One of them.

    Attributes:
        word: tells ours apart.
        secure: whether it goes by TLS.
        age: seconds that the browser keeps it; None for as long as it runs.
    """

    word: str
    secure: bool
    age: int | None = None

    @property
    def name(self) -> str:
        """As the browser knows it."""
        return f"__Host-missent-{self.word}" if self.secure else f"missent-{self.word}"

    def read(self, request: HTTPConnection) -> str:
        """What the browser sent; "" for nothing."""
        found = request.cookies.get(self.name, "")
        return found if len(found) <= _LONGEST else ""

    def write(self, response: Response, value: str) -> None:
        """Let the browser keep a value."""
        response.set_cookie(
            self.name,
            value,
            max_age=self.age,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def clear(self, response: Response) -> None:
        """Let the browser forget it."""
        response.delete_cookie(
            self.name, path="/", secure=self.secure, httponly=True, samesite="lax"
        )
