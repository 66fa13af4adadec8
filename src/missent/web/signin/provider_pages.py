"""The two pages of a sign-in at a provider: there, and back."""

from __future__ import annotations

import hmac
import json
import time
from typing import TYPE_CHECKING

import structlog
from starlette.responses import RedirectResponse
from starlette.routing import Route

from missent.web.access import public
from missent.web.render import said
from missent.web.returning import safe
from missent.web.signin import guesses
from missent.web.signin.desk import PROVIDER, Desk, address
from missent.web.signin.oidc import Provider, ProviderError, Vouched
from missent.web.signin.secret import hashed
from missent.web.sql.accounts import Account
from missent.web.sql.pending import Step

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams
    from starlette.requests import Request
    from starlette.responses import Response

BACK = "/signin/provider/back"
_log = structlog.get_logger("missent.signin")
_HOLDS = 600  # seconds that somebody may take at the provider


def routes(desk: Desk, provider: Provider) -> list[Route]:
    """The pages over a desk and a provider."""
    pages = _Pages(desk, provider)
    return [Route("/signin/provider", pages.there), Route(BACK, pages.back)]


class _Pages:
    def __init__(self, desk: Desk, provider: Provider) -> None:
        self._desk = desk
        self._provider = provider

    @public
    async def there(self, request: Request) -> Response:
        """Send the browser to the provider."""
        place = safe(request.query_params.get("next", "/"))
        bucket = f"start:{guesses.source(address(request))}"
        if wait := await self._desk.guesses.charge({bucket: guesses.START}, int(time.time())):
            return said(request, 429, "Too many sign-ins", f"Wait {wait} seconds.")
        try:
            begun = await self._provider.begin()
        except ProviderError as error:
            return self._failed(request, error)
        body = json.dumps([begun.state, begun.nonce, begun.verifier, place])
        secret = await self._desk.begin(PROVIDER, Step("", body), _HOLDS)
        answer = RedirectResponse(begun.url, 303)
        self._desk.step.write(answer, secret)
        return answer

    @public
    async def back(self, request: Request) -> Response:
        """Take what the provider says, of who began here, for once."""
        secret = hashed(self._desk.step.read(request))
        step = await self._desk.pending.take(secret, PROVIDER, int(time.time()))
        if step is None:
            return said(request, 400, "That sign-in is over", "Begin again at the sign-in page.")
        state, nonce, verifier, place = json.loads(step.body)
        try:
            code = self._code(request.query_params, state)
            vouched = await self._provider.end(code, nonce, verifier)
        except ProviderError as error:
            return self._failed(request, error)
        return await self._entered(request, vouched, place)

    def _code(self, given: QueryParams, state: str) -> str:
        issuer = self._provider.options.issuer
        if not hmac.compare_digest(given.get("state", "").encode(), state.encode()):
            raise ProviderError("the state is another's")
        # RFC 9207: another provider's answer, brought here by a go-between
        if given.get("iss", issuer) != issuer:
            raise ProviderError("the answer is of another issuer")
        if "code" not in given:
            raise ProviderError(f"it refused: {given.get('error', 'no reason')[:100]!r}")
        return given["code"]

    async def _entered(self, request: Request, vouched: Vouched, place: str) -> Response:
        issuer = self._provider.options.issuer
        if vouched.role is None:
            detail = f"no role at {issuer}, from {address(request)}"
            await self._desk.trail.record(vouched.name, "fail to sign in", detail=detail)
            text = f"{vouched.name} has no role here; whoever runs missent can give one."
            return said(request, 403, "You may not sign in", text)
        name = await self._account(vouched, vouched.role, issuer)
        answer = RedirectResponse(place, 303)
        await self._desk.enter(request, answer, name, issuer)
        return answer

    async def _account(self, vouched: Vouched, role: str, issuer: str) -> str:
        """The name of the account of somebody, who gets one at the first sign-in."""
        accounts = self._desk.accounts
        found = await accounts.vouched(issuer, vouched.subject)
        if found is not None:
            if found.role != role:
                await accounts.set_role(found.name, role, issuer)
            return found.name
        made = Account(vouched.name, role, issuer, vouched.subject)
        if not await accounts.add(made, issuer):  # somebody else has that name
            made = made._replace(name=f"{vouched.subject}@{issuer.partition('://')[2]}")
            await accounts.add(made, issuer)
        return made.name

    def _failed(self, request: Request, error: ProviderError) -> Response:
        label = self._provider.options.label
        _log.warning("no sign-in", provider=self._provider.options.issuer, reason=str(error))
        text = f"You were not signed in with {label}. Try again; the log says why it failed."
        return said(request, 502, "The sign-in failed", text)
