"""Requests that another site made a signed-in browser send (CSRF): how they are told.

A form holds the hidden field `csrf`, a script sends the header `X-CSRF-Token`; both bear
`request.state.csrf`, which is derived from the session's secret identifier and useless in any
other session. Beside it, what the browser says of the request's origin must not contradict.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
FIELD, HEADER = "csrf", "X-CSRF-Token"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def token(secret: str) -> str:
    """The token that belongs to a session's (or a visitor's) secret identifier."""
    return hmac.new(secret.encode(), b"csrf", sha256).hexdigest()


async def forged(request: Request) -> str:
    """Why a request is not believed to be the user's own will; "" where it is."""
    if not same_origin(request):
        return "The request came from another site."
    given = request.headers.get(HEADER, "")
    if not given and request.headers.get("Content-Type", "").startswith(_FORMS):
        form = await request.form()
        given = str(form.get(FIELD, ""))
    expected: str = request.state.csrf
    if expected and hmac.compare_digest(given.encode(), expected.encode()):
        return ""
    return "The page was too old, or from another session. Load it again, and repeat."


def same_origin(request: Request) -> bool:
    """False where the browser says that another origin made the request.

    `Sec-Fetch-Site` is sent to https and to loopback alone; `Origin` may be `null` where a page
    hides where it came from.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site not in {None, "same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    if origin is None or (origin == "null" and site is not None):
        return True
    return origin.lower() in {_origin(request), request.app.state.options.origin}


def _origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('Host', '')}".lower()
