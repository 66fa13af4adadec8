"""The pages of a choice: GET shows what would happen and changes nothing, POST does it.

Scanners of mail follow every link of a notice; so nothing may come of GET and HEAD. Nothing is
loaded from anywhere else, and no script runs.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog
from starlette.responses import HTMLResponse
from starlette.routing import Route

from missent.core.errors import StoreError
from missent.hold.machine import Choice, Refused, State, Way
from missent.hold.notices import words
from missent.web.access import public
from missent.web.render import templates

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from missent.hold.room import Room, View

_log = structlog.get_logger("missent.web")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}
_REFUSALS = {
    "tampered": (404, "This link is not one of ours", "It may have been cut off. Open it anew."),
    "unknown": (404, "This link is not one of ours", "The message that it was for is not kept."),
    "expired": (410, "This link has expired", "The message was given up, and you were told."),
    Refused.TIME.value: (410, "This link has expired", "The message was given up."),
    Refused.REVIEW.value: (403, "A reviewer decides about this message", ""),
}
_STATES = {
    State.RELEASED: "It was decided to send it.",
    State.REDIRECTED: "It was decided to send it to another address.",
    State.DISCARDED: "It was decided not to send it.",
    State.EXPIRED: "It was given up, as there was no answer in time.",
}
_DONE = {
    State.RELEASED: ("It is on its way", "Mail to this address will not be asked about again."),
    State.REDIRECTED: ("It is on its way", "The next slip like this one is named at once."),
    State.DISCARDED: ("It was not sent", "It was thrown away for this address."),
}
_CHOICES = {
    Choice.SEND: ("Send the message?", "Send it to this address"),
    Choice.INSTEAD: ("Send the message to another address?", "Send it to that address"),
    Choice.DISCARD: ("Throw the message away?", "Do not send it"),
}


def routes(room: Room) -> list[Route]:
    """The pages over a hold room; their links are all that one needs."""
    return [Route("/c/{token}", _Pages(room).choice, methods=["GET", "POST"])]


class _Pages:
    def __init__(self, room: Room) -> None:
        self._room = room

    @public
    async def choice(self, request: Request) -> Response:
        """Show what a link would do; on POST, do it."""
        try:
            view = await self._room.look(request.path_params["token"].lower(), Way.LINK)
            if isinstance(view, str):
                return self._refusal(view)
            if request.method != "POST":
                return self._ask(view)
            found = await self._room.act(view)
        except StoreError as error:
            _log.warning("no page", reason=str(error))
            return self._page(503, "Not just now", "Nothing was changed. Try again in a minute.")
        return self._told(view, found)

    def _told(self, view: View, found: State | Refused) -> Response:
        if found is Refused.DECIDED:
            return self._decided(view)
        if isinstance(found, Refused):
            return self._refusal(found.value)
        title, text = _DONE[found]
        return self._page(200, title, text, view=view)

    def _ask(self, view: View) -> Response:
        if view.one.state is not State.HELD:
            return self._decided(view)
        choice = view.token.choice
        if choice is None:
            return self._refusal("tampered")
        title, button = _CHOICES[choice]
        return self._page(200, title, "", view=view, button=button)

    def _decided(self, view: View) -> Response:
        state = view.one.state
        text = _STATES.get(state, "It was decided meanwhile.")
        return self._page(409, "This was decided already", text, view=view)

    def _refusal(self, reason: str) -> Response:
        status, title, text = _REFUSALS.get(reason, _REFUSALS["tampered"])
        return self._page(status, title, text)

    def _page(
        self, status: int, title: str, text: str, *, view: View | None = None, button: str = ""
    ) -> Response:
        said: dict[str, object] = {
            "root": "../",
            "title": title,
            "text": text,
            "button": button,
            "view": view,
        }
        if view is not None:
            suspect = view.one.suspect
            other = view.meant or (suspect.meant[0] if suspect.meant else "")
            typed, meant = words.marked(
                words.shown(suspect.address), words.shown(other) if other else None
            )
            said |= {
                "typed": list(zip(typed.text, typed.marks, strict=True)),
                "meant": list(zip(meant.text, meant.marks, strict=True)) if meant else [],
                "instead": bool(view.meant),
                "reasons": [(why.code, words.coded(why.summary)) for why in suspect.reasons[:3]],
                "subject": view.subject,
                "when": words.moment(view.held.at),
                "expires": words.moment(view.held.expires),
                "over": view.held.expires <= time.time(),
            }
        body = templates().get_template("choice.html").render(said)
        return HTMLResponse(body, status, headers=_HEADERS)
