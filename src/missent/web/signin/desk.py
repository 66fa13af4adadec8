"""Who signs in, and how: what the pages do, without their HTML."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from missent.web.signin import codes, guesses
from missent.web.signin.cookies import Cookie
from missent.web.signin.passwords import Checking, outdated
from missent.web.signin.secret import hashed, new_secret
from missent.web.signin.sessions import Sessions
from missent.web.sql.accounts import SqlAccounts
from missent.web.sql.guesses import SqlGuesses
from missent.web.sql.pending import SqlPending, Step
from missent.web.sql.trail import SqlTrail

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from missent.memory.sql.store import SqlStore
    from missent.web.options import WebOptions
    from missent.web.sql.accounts import Account

CODE, LINK, PROVIDER = "code", "link", "provider"
LINK_HOLDS = 600  # seconds
_CODE_HOLDS = 300
_KNOWN = 180 * 86_400
_TOLD = guesses.Pace(100, 3600)  # failures that the trail tells of


class Wrong(Enum):
    """What was not right."""

    PAIR = "The name or the password is wrong."
    CODE = "The code is wrong, or was used before."
    OVER = "That took too long. Begin again."


@dataclass(frozen=True, slots=True)
class Wait:
    """There were too many wrong guesses: so many seconds must pass."""

    seconds: int


class Desk:
    """Signs people in at a store that is open."""

    def __init__(self, store: SqlStore, options: WebOptions) -> None:
        self.options = options
        self.sessions = Sessions(store, options)
        self.accounts = SqlAccounts(store)
        self.trail = SqlTrail(store)
        self.guesses = SqlGuesses(store)
        self.pending = SqlPending(store)
        self.checking = Checking()
        self.step = Cookie("step", options.secure)
        self.known = Cookie("known", options.secure, _KNOWN)

    async def password(self, request: Request, name: str, password: str) -> Account | Wrong | Wait:
        """Look whether it is the password of an account; the same time for one there is not."""
        at = int(time.time())
        known = await self._known(request, name, at)
        charged = guesses.buckets(name, address(request), known)
        if wait := await self.guesses.charge(charged, at):
            return Wait(wait)
        found = await self.accounts.find(name)
        kept = found.password if found is not None else ""
        right = await self.checking.right(kept, password)
        if found is None or not right:
            await self._failed(request, found, "password", at)
            return Wrong.PAIR
        await self._right(charged)
        if outdated(kept):
            await self.accounts.rehash(name, kept, await self.checking.hashed(password))
        return found

    async def code(self, request: Request, given: str) -> tuple[Account, str] | Wrong | Wait:
        """Look whether it is a code of who gave the right password just now, and where to go."""
        at = int(time.time())
        secret = hashed(self.step.read(request))
        step = await self.pending.look(secret, CODE, at)
        found = await self.accounts.find(step.account) if step is not None else None
        if step is None or found is None or not found.totp:
            return Wrong.OVER
        charged = guesses.code(found.name, await self._known(request, found.name, at))
        if wait := await self.guesses.charge(charged, at):
            return Wait(wait)
        if not await self._is_code(found, codes.tidied(given), at):
            await self._failed(request, found, "code", at)
            return Wrong.CODE
        if await self.pending.take(secret, CODE, at) is None:
            return Wrong.OVER
        await self._right(charged)
        return found, step.body

    async def _is_code(self, found: Account, code: str, at: int) -> bool:
        if codes.is_recovery(code):
            return await self.accounts.use_recovery(found.name, hashed(code))
        step = codes.step_of(found.totp, code, at)
        return step is not None and await self.accounts.use_step(found.name, step)

    async def wait_for_code(self, response: Response, name: str, place: str) -> None:
        """Let the browser come back with a code."""
        self.step.write(response, await self.begin(CODE, Step(name, place), _CODE_HOLDS))

    async def begin(self, kind: str, step: Step, seconds: int) -> str:
        """Keep a step of a sign-in for some seconds, and return its secret."""
        secret, at = new_secret(), int(time.time())
        await self.pending.add(hashed(secret), kind, step, at, at + seconds)
        return secret

    async def enter(self, request: Request, response: Response, name: str, way: str) -> None:
        """Begin a session, and know the browser from now on."""
        at = int(time.time())
        await self.trail.record(name, "sign in", detail=f"{way} from {address(request)}", at=at)
        secret = self.known.read(request) or new_secret()
        await self.pending.know(hashed(secret), name, at, at + _KNOWN)
        await self.sessions.begin(request, response, name, way)
        self.known.write(response, secret)
        self.step.clear(response)

    async def _right(self, charged: Mapping[str, guesses.Pace]) -> None:
        for bucket in charged:
            if bucket.startswith(guesses.ADDRESSES):
                # Who has one account may not so guess at others for ever.
                await self.guesses.refund(bucket)
            else:
                await self.guesses.clear([bucket])

    async def _known(self, request: Request, name: str, at: int) -> str:
        secret = self.known.read(request)
        if secret and await self.pending.knows(hashed(secret), name, at):
            return hashed(secret)
        return ""

    async def _failed(self, request: Request, found: Account | None, what: str, at: int) -> None:
        name = found.name if found is not None else ""
        if await self.guesses.charge({f"told:{guesses.digest(name)}": _TOLD}, at):
            return  # nobody fills the trail by guessing at accounts that are not there
        detail = f"wrong {what} from {address(request)}"
        await self.trail.record(name, "fail to sign in", detail=detail, at=at)


def address(request: Request) -> str:
    """Where a request comes from; behind a proxy that we believe, from whom it says."""
    return request.client.host if request.client else ""
