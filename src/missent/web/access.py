"""Who may do what: roles, whoever asks, and what every endpoint must say of itself.

An endpoint is wrapped by `needs(Role.REVIEWER)` or by `public`; a test walks all routes and fails
for one that says neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Literal, ParamSpec, cast

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from missent.core.errors import StoreError
from missent.web.forgery import SAFE, forged
from missent.web.render import said
from missent.web.returning import sign_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

P = ParamSpec("P")
_ROLE = "__missent_role__"


class Role(StrEnum):
    """What somebody may do; each may do what those above it may.

    A viewer sees numbers, decisions and envelopes. A reviewer also reads and decides about held
    messages, judges decisions and makes exceptions. An administrator also reads the trail and takes
    the sample away; the policy is the configuration file's.
    """

    VIEWER = "viewer"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"

    def allows(self, needed: Role) -> bool:
        """Whether this role is as much as the one that is needed."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever asks.

    Attributes:
        name: as it stands in the trail; "" for somebody who has not signed in.
        role: what they may do; None for nothing.
        kind: a person with a session, a program with a token, or nobody.
    """

    name: str
    role: Role | None
    kind: Literal["user", "token", "none"]

    def may(self, needed: Role) -> bool:
        """Whether that role is needed at most."""
        return self.role is not None and self.role.allows(needed)


NOBODY = Principal("", None, "none")


def public(
    endpoint: Callable[P, Awaitable[Response]],
) -> Callable[P, Awaitable[Response]]:
    """Everybody may ask this endpoint, without a session."""
    setattr(endpoint, _ROLE, None)
    return endpoint


def needs(
    role: Role,
) -> Callable[[Callable[P, Awaitable[Response]]], Callable[P, Awaitable[Response]]]:
    """Only who has this role may ask the endpoint: a function or a method with a `Request`.

    Nobody's GET is sent to the sign-in page, and back afterwards; other requests get 401, and who
    has too low a role 403. A request that changes something must bear the session's token, see
    `missent.web.forgery`.
    """

    def around(
        endpoint: Callable[P, Awaitable[Response]],
    ) -> Callable[P, Awaitable[Response]]:
        @wraps(endpoint)
        async def asked(*args: P.args, **kwargs: P.kwargs) -> Response:
            request = next(cast("Request", one) for one in args if isinstance(one, Request))
            principal: Principal = request.state.principal
            if principal.role is None:
                if request.state.store_error:
                    raise StoreError(request.state.store_error)
                return _nobody(request)
            if not principal.may(role):
                text = f"It is for the role {role}; yours is {principal.role}."
                return said(request, 403, "You may not do that", text)
            if request.method not in SAFE and principal.kind == "user":
                reason = await forged(request)
                if reason:
                    return said(request, 403, "Nothing was done", reason)
            return await endpoint(*args, **kwargs)

        setattr(asked, _ROLE, role)
        return asked

    return around


def declared(endpoint: object) -> Role | Literal["nothing"] | None:
    """The role that an endpoint needs, None where it is public; "nothing" where it says neither."""
    found: Role | Literal["nothing"] | None = getattr(endpoint, _ROLE, "nothing")
    return found


def _nobody(request: Request) -> Response:
    place = sign_in(request)
    if "HX-Request" in request.headers:  # htmx would put the sign-in page into a corner of ours
        return Response(status_code=401, headers={"HX-Redirect": place})
    if request.method in {"GET", "HEAD"}:
        return RedirectResponse(place, 303)
    return said(request, 401, "Sign in first", "Nothing was done.")
