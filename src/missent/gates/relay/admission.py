"""Who may send, and by which server: without a trusted network or a sign-in, nobody by none."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING, TypeAlias

import structlog

from missent.gates.relay.routes import MECHANISMS, common
from missent.gates.relay.signin import SignIn
from missent.gates.relay.strikes import Strikes
from missent.smtp.events import Auth, AuthAbandoned, AuthResponse, Extensions
from missent.smtp.replies import Challenge, Reply

if TYPE_CHECKING:
    from missent.gates.relay.routes import Routes
    from missent.smtp.client.interface import Delivery
    from missent.smtp.client.signed import SignedIn
    from missent.smtp.events import Hello, Mail

Words: TypeAlias = Auth | AuthResponse | AuthAbandoned

_log = structlog.get_logger("missent.relay")
_LEAST = Extensions(eight_bit=False, smtputf8=False)
_STRANGER = Reply(550, "5.7.1", ("this host may not send mail through here",))
_SIGN_IN = Reply(530, "5.7.0", ("sign in first",))
_TLS_FIRST = Reply(530, "5.7.0", ("say STARTTLS, then sign in",))
_WAIT = Reply(454, "4.7.0", ("too many failed sign-ins from this host; try again later",))
_NOBODY = Reply(503, "5.5.1", ("nobody is signing in",))


@dataclass(frozen=True, slots=True)
class Peer:
    """Who the client is.

    Attributes:
        address: its IP address.
        trusted: whether it may send without signing in.
        loopback: whether it is on this machine.
    """

    address: str
    trusted: bool
    loopback: bool


@dataclass(frozen=True, slots=True)
class Ways:
    """How mail leaves, and how clients may come.

    Attributes:
        delivery: takes the messages of trusted peers; None takes none.
        routes: where clients sign in; None where nobody can.
        starttls: whether we have a certificate.
        clear_on_loopback: whether a client on this machine may sign in without TLS.
        strikes: counts refused sign-ins.
    """

    delivery: Delivery | None
    routes: Routes | None = None
    starttls: bool = False
    clear_on_loopback: bool = True
    strikes: Strikes = field(default_factory=lambda: Strikes(time.monotonic))


class Admission:
    """What one client may do, from its EHLO to its end.

    Attributes:
        delivery: takes its messages; None takes none.
    """

    def __init__(self, ways: Ways, peer: Peer) -> None:
        self.delivery: Delivery | None = ways.delivery if peer.trusted else None
        self._ways = ways
        self._peer = peer
        self._may_sign_in = False
        self._sign_in: SignIn | None = None
        self._account: SignedIn | None = None

    @property
    def can_keep(self) -> bool:
        """Whether its messages can be sent later: a password that passed through is not kept."""
        return self.delivery is not None and self._account is None

    async def offer(self, hello: Hello) -> Extensions:
        """Say what may be offered; a stranger does not make us connect to anybody."""
        ways = self._ways
        clear = self._peer.loopback and ways.clear_on_loopback
        self._may_sign_in = ways.routes is not None and (hello.secure or clear)
        found = []
        if self.delivery is not None:
            found.append(replace(await self.delivery.extensions(), auth=MECHANISMS))
        if ways.routes is not None and self._may_sign_in and self._account is None:
            found.append(await ways.routes.extensions())
        offered = reduce(common, found) if found else _LEAST
        auth = offered.auth if self._may_sign_in else ()
        return replace(offered, starttls=ways.starttls, auth=auth)

    async def hear(self, words: Words) -> Reply | Challenge | None:
        """Take in a step of signing in, and answer it."""
        if isinstance(words, Auth) and self._ways.routes is not None:
            # From now on nothing goes out for who does not succeed, trusted or not.
            self.delivery = None
            if self._ways.strikes.out(self._peer.address):
                _log.warning("too many failed sign-ins", peer=self._peer.address)
                return _WAIT
            self._sign_in = SignIn(self._ways.routes, words.mechanism, self._peer.address)
        sign_in = self._sign_in
        if sign_in is None:
            return _NOBODY
        if isinstance(words, AuthAbandoned):
            self._sign_in = None
            await sign_in.drop()
            return None
        answer = await sign_in.hear(words.response)
        if isinstance(answer, Reply):
            self.delivery = self._account = sign_in.account
            self._sign_in = sign_in if answer.accepted else None
            if not answer.accepted and not answer.tempfail:
                self._ways.strikes.add(self._peer.address)
        return answer

    def forbids(self, mail: Mail) -> Reply | None:
        """Why this client may not send this message; None where it may."""
        refusal = self._refusal(mail)
        if refusal is not None:
            said = f"{refusal.code} {refusal.enhanced}"
            _log.info("sender refused", peer=self._peer.address, reply=said)
        return refusal

    async def close(self) -> None:
        """Leave the server that it signed in at."""
        if self._account is not None:
            await self._account.close()
        elif self._sign_in is not None:
            await self._sign_in.drop()

    def _refusal(self, mail: Mail) -> Reply | None:
        if self._account is not None:
            return self._elsewhere(mail) or self._account.over()
        if self.delivery is not None:
            return None
        if self._may_sign_in:
            return _SIGN_IN
        return _TLS_FIRST if self._ways.routes and self._ways.starttls else _STRANGER

    def _elsewhere(self, mail: Mail) -> Reply | None:
        routes, sign_in = self._ways.routes, self._sign_in
        if routes is None or sign_in is None or sign_in.route is None:
            return None
        host = routes.elsewhere(mail.address, sign_in.route)
        if not host:
            return None
        return Reply(550, "5.7.1", (f"mail of <{mail.address}> goes by {host}; sign in there",))
