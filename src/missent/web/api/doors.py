"""Who may come in: tokens, their scopes, and how often."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException
from starlette.requests import Request

from missent.web.api.limits import Limits, network
from missent.web.tokens import Scope, Token, Tokens, digest

if TYPE_CHECKING:
    from fastapi import params

    from missent.web.api.desk import ApiOptions
    from missent.web.api.metrics import Metrics

BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A token of `missent token add`, with the scope that each operation names.",
)
_Given = Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]
_KNOWN = 5.0  # seconds for which a token is believed without a look into the store
_MOST = 1_000  # tokens that are known at a time
_USED = 3_600  # seconds of use that go unrecorded


class Doors:
    """Lets requests in.

    Args:
        tokens: where they are kept.
        options: how often somebody may ask.
        metrics: where refusals are counted.
    """

    def __init__(self, tokens: Tokens, options: ApiOptions, metrics: Metrics) -> None:
        self._tokens = tokens
        self._metrics = metrics
        self._per_token = Limits(options.per_token)
        self._per_address = Limits(options.per_address)
        self._known: dict[bytes, tuple[Token, float]] = {}

    async def admit(self, host: str, secret: str | None, scopes: frozenset[Scope]) -> Token:
        """The token of a secret that allows one of these scopes.

        Raises:
            HTTPException: 401, 403 or 429.
            StoreError: it cannot be known now.
        """
        where = network(host)
        token = await self._holding(secret, where) if secret else None
        if token is None:
            self._take(self._per_address, where)
            self._metrics.refused.labels("token").inc()
            detail = "this token does not hold" if secret else "a token is needed"
            mend = "make one by `missent token add`, and send it as `Authorization: Bearer ...`"
            raise HTTPException(401, f"{detail}; {mend}", {"WWW-Authenticate": "Bearer"})
        self._take(self._per_token, str(token.number))
        if token.scopes == {Scope.FORM}:  # anybody may have read it in a page
            self._take(self._per_address, where)
        if not token.scopes & scopes:
            self._metrics.refused.labels("scope").inc()
            needed = " or ".join(sorted(scopes))
            raise HTTPException(403, f"the token {token.name!r} does not allow {needed}")
        return token

    def _take(self, limits: Limits, key: str, *, look: bool = False) -> None:
        wait = (limits.wait if look else limits.take)(key, time.monotonic())
        if wait:
            self._metrics.refused.labels("rate").inc()
            seconds = math.ceil(wait)
            raise HTTPException(
                429, f"too many requests; again in {seconds} s", {"Retry-After": str(seconds)}
            )

    async def _holding(self, secret: str, where: str) -> Token | None:
        key, now = digest(secret), time.monotonic()
        token, until = self._known.get(key, (None, 0.0))
        if now >= until:
            self._known.pop(key, None)
            self._take(self._per_address, where, look=True)  # whoever guesses asks no store
            token = await self._tokens.find(key)
        at = int(time.time())
        if token is None or not token.holds(at):
            return None
        if now >= until:
            if at - (token.used or 0) >= _USED:
                await self._tokens.used(token.number, at)
            while len(self._known) >= _MOST:
                self._known.pop(next(iter(self._known)))
            self._known[key] = token, now + _KNOWN
        return token


def needs(*scopes: Scope) -> params.Depends:
    """The dependency of a route for tokens that have one of these scopes."""
    allowed = frozenset(scopes)

    async def admitted(request: Request, given: _Given) -> Token:
        doors: Doors = request.app.state.doors
        host = request.client.host if request.client else ""
        return await doors.admit(host, given.credentials if given else None, allowed)

    dependency: params.Depends = Depends(admitted)
    return dependency
