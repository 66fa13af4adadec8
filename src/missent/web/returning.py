"""Where somebody goes after signing in: back to where they were, and nowhere else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from starlette.requests import Request

_LONGEST = 1000
# A path on this host: browsers read "//" and "/\" as another host, and skip control characters.
_OURS = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


def safe(place: str) -> str:
    """A place to go to: the one that is given where it is a path of ours, otherwise `/`."""
    if len(place) > _LONGEST or not _OURS.fullmatch(place):
        return "/"
    return place


def sign_in(request: Request) -> str:
    """The sign-in page, from which one comes back to where this request was made."""
    place = request.url.path
    if request.url.query:
        place += f"?{request.url.query}"
    if "HX-Request" in request.headers:
        shown = urlsplit(request.headers.get("HX-Current-URL", ""))
        place = f"{shown.path}?{shown.query}" if shown.query else shown.path
    elif request.method not in {"GET", "HEAD"}:
        place = "/"
    place = safe(place)
    return "/signin" if place == "/" else f"/signin?next={quote(place, safe='/')}"
