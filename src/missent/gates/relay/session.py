"""What the relay says to one client: every recipient screened before it is passed on."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import structlog

from missent.core.message import Message, Recipient
from missent.gates.disposition import Disposition, Outcome, Show
from missent.gates.relay.dispose import dispose
from missent.gates.reply import UNDECIDED, refusal
from missent.smtp.events import Begin, Data, End, Extensions, Hello, Mail, Rcpt, Reset
from missent.smtp.replies import Reply

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.core.verdict import RecipientVerdict, Verdict
    from missent.gates.interface import Assess
    from missent.gates.relay.interface import Delivery, Transaction
    from missent.gates.relay.options import RelayOptions
    from missent.smtp.events import Event

_log = structlog.get_logger("missent.relay")
_TAKEN = frozenset({Outcome.ACCEPTED, Outcome.WARNED})
_LOGGED = 100  # dispositions in a log line
_BESIDE = 500  # of those that were taken, told to the checks when the next one is asked about

_LEAST = Extensions(eight_bit=False, smtputf8=False)
_SENDER_OK = Reply(250, "2.1.0", ("sender ok",))
_STRANGER = Reply(550, "5.7.1", ("this host may not send mail through here",))
_NO_TRANSACTION = Reply(451, "4.3.0", ("nothing is begun; try again later",))


@dataclass(slots=True)
class Envelope:
    """What is known of the message under way."""

    mail: Mail
    transaction: Transaction | None = None
    refused: Reply | None = None  # by the next hop, at MAIL
    dispositions: list[Disposition] = field(default_factory=list)
    taken: tuple[Recipient, ...] = ()
    octets: int = 0
    since: float = field(default_factory=time.monotonic)

    @property
    def accepted(self) -> tuple[Address, ...]:
        """The recipients that get the message."""
        return tuple(d.address for d in self.dispositions if d.outcome in _TAKEN)


class Conversation:
    """Handles one client's events.

    Args:
        options: of the relay.
        assess: decides.
        delivery: takes the messages.
        peer: the client's IP address.
        permitted: whether it may send through here.
    """

    def __init__(
        self,
        options: RelayOptions,
        assess: Assess,
        delivery: Delivery,
        peer: str,
        *,
        permitted: bool,
    ) -> None:
        self._options = options
        self._assess = assess
        self._delivery = delivery
        self._peer = peer
        self._permitted = permitted
        self._envelope: Envelope | None = None
        self._sent: Message | None = None

    async def handle(self, event: Event) -> Reply | Extensions | None:
        """Answer one event."""
        answer: Reply | Extensions | None = None
        match event:
            case Rcpt():
                answer = await self._rcpt(event.address)
            case Data():
                await self._write(event.content)
            case Mail():
                answer = self._begin(event)
            case Begin():
                answer = await self._start()
            case End():
                answer = await self._finish()
            case Hello():
                await self._drop("client began anew")
                answer = await self._offer()
            case Reset():
                await self._drop(str(event.reply or "client reset"))
        return answer

    async def settled(self) -> None:
        """Remember the message that was handed on."""
        message, self._sent = self._sent, None
        if message is None:
            return
        try:
            async with asyncio.timeout(self._options.deadline):
                await self._assess.sent(message)
        except Exception:  # noqa: BLE001  it is sent, whatever becomes of the bookkeeping
            _log.exception("message sent but not remembered")

    async def close(self, last_words: Reply | None) -> None:
        """Leave nothing behind."""
        await self._drop(str(last_words or "client went away"))

    async def _offer(self) -> Extensions:
        if not self._permitted:  # a stranger does not make us connect to anybody
            return _LEAST
        offered = await self._delivery.extensions()
        return replace(offered, starttls=self._options.listen.tls is not None)

    def _begin(self, mail: Mail) -> Reply:
        if not self._permitted:
            _log.info("peer refused", peer=self._peer)
            return _STRANGER
        self._envelope = Envelope(mail)
        return _SENDER_OK

    async def _rcpt(self, address: Address) -> Reply:
        envelope = self._envelope
        if envelope is None:
            return _NO_TRANSACTION
        asked = Message(envelope.mail.address, (Recipient(address),), beside=envelope.taken)
        verdict, enforced, reason = await self._decide(asked)
        outcome, reply = Outcome.ACCEPTED, None
        if verdict is not None:
            outcome = dispose(verdict, enforced=enforced)
            if outcome is Outcome.REFUSED:
                reply = refusal(verdict, smtputf8=envelope.mail.smtputf8)
        elif self._options.on_error == "tempfail":
            outcome, reply = Outcome.TEMPFAILED, UNDECIDED
        if reply is None:
            reply = await self._pass_on(envelope, address)
            if not reply.accepted:
                outcome = _outcome(reply)
                reason = "next hop"
        if outcome in _TAKEN and len(envelope.taken) < _BESIDE:
            envelope.taken += asked.recipients
        envelope.dispositions.append(
            Disposition(address, outcome, verdict, enforced, reply, reason)
        )
        return reply

    async def _decide(self, message: Message) -> tuple[RecipientVerdict | None, bool, str]:
        try:
            async with asyncio.timeout(self._options.deadline):
                verdict: Verdict = await self._assess(message)
        except TimeoutError:
            return None, False, "deadline"
        except Exception as error:  # noqa: BLE001  a bug there must not stop mail, see on_error
            _log.exception("recipient not decided")
            return None, False, type(error).__name__
        if not verdict.recipients:
            return None, False, "no verdict"
        return verdict.recipients[0], verdict.enforced, ""

    async def _pass_on(self, envelope: Envelope, address: Address) -> Reply:
        if envelope.refused is not None:
            return envelope.refused
        if envelope.transaction is None:
            opened = await self._delivery.open(envelope.mail)
            if isinstance(opened, Reply):
                envelope.refused = opened
                return opened
            envelope.transaction = opened
        return await envelope.transaction.rcpt(address)

    async def _start(self) -> Reply:
        envelope = self._envelope
        if envelope is None or envelope.transaction is None:
            return _NO_TRANSACTION
        reply = await envelope.transaction.begin()
        if not reply.accepted:
            await self._over(reply)
        return reply

    async def _write(self, content: bytes) -> None:
        envelope = self._envelope
        if envelope is not None and envelope.transaction is not None:
            envelope.octets += len(content)
            await envelope.transaction.write(content)

    async def _finish(self) -> Reply:
        envelope = self._envelope
        if envelope is None or envelope.transaction is None:
            return _NO_TRANSACTION
        reply = await envelope.transaction.finish()
        if reply.accepted:
            recipients = dict.fromkeys(envelope.accepted)
            self._sent = Message(envelope.mail.address, tuple(map(Recipient, recipients)))
        await self._over(reply)
        return reply

    async def _over(self, reply: Reply) -> None:
        """The message has its final answer."""
        envelope, self._envelope = self._envelope, None
        if envelope is None:
            return
        if envelope.transaction is not None:
            await envelope.transaction.abort()
        if not reply.accepted:
            envelope.dispositions = [
                replace(d, outcome=_outcome(reply), reply=reply, reason="next hop")
                if d.outcome in _TAKEN
                else d
                for d in envelope.dispositions
            ]
        self._tell(envelope, "sent" if reply.accepted else _outcome(reply).value, str(reply))

    async def _drop(self, reason: str) -> None:
        """The message ends without an answer."""
        envelope, self._envelope = self._envelope, None
        if envelope is None:
            return
        if envelope.transaction is not None:
            await envelope.transaction.abort()
        if envelope.dispositions:
            self._tell(envelope, "abandoned" if envelope.accepted else "refused", reason)

    def _tell(self, envelope: Envelope, result: str, reply: str) -> None:
        self._assess.decided(envelope.mail.address, envelope.dispositions, sent=result == "sent")
        privacy = self._options.privacy
        outcomes = [d.outcome for d in envelope.dispositions]
        _log.info(
            "message",
            peer=self._peer,
            mail_from=privacy.show(envelope.mail.address),
            result=result,
            accepted=sum(outcome in _TAKEN for outcome in outcomes),
            refused=outcomes.count(Outcome.REFUSED),
            tempfailed=outcomes.count(Outcome.TEMPFAILED),
            recipients=[d.line(privacy) for d in envelope.dispositions[:_LOGGED]],
            octets=envelope.octets,
            # the next hop's words may name an address
            reply=reply if privacy.show_as is Show.FULL else reply[:3],
            seconds=round(time.monotonic() - envelope.since, 3),
        )


def _outcome(reply: Reply) -> Outcome:
    return Outcome.TEMPFAILED if reply.tempfail else Outcome.REFUSED
