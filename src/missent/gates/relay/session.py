"""What the relay says to one client: every recipient screened before it is passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.message import Message, Recipient
from missent.gates.relay.admission import Admission
from missent.gates.relay.envelope import Envelope, outcome_of
from missent.smtp.events import (
    Auth,
    AuthAbandoned,
    AuthResponse,
    Begin,
    Data,
    End,
    Hello,
    Mail,
    Rcpt,
    Reset,
)
from missent.smtp.replies import Reply

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.gates.relay.admission import Peer, Ways
    from missent.gates.relay.desk import Desk
    from missent.gates.relay.options import RelayOptions
    from missent.smtp.events import Answer, Event

_SENDER_OK = Reply(250, "2.1.0", ("sender ok",))
_NO_TRANSACTION = Reply(451, "4.3.0", ("nothing is begun; try again later",))


class Conversation:
    """Handles one client's events.

    Args:
        options: of the relay.
        desk: decides.
        ways: how mail leaves.
        peer: the client.
    """

    def __init__(self, options: RelayOptions, desk: Desk, ways: Ways, peer: Peer) -> None:
        self._options = options
        self._desk = desk
        self._peer = peer
        self._admission = Admission(ways, peer)
        self._envelope: Envelope | None = None
        self._sent: Message | None = None

    async def handle(self, event: Event) -> Answer | None:
        """Answer one event."""
        answer: Answer | None = None
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
                answer = await self._admission.offer(event)
            case Auth() | AuthResponse() | AuthAbandoned():
                answer = await self._admission.hear(event)
            case Reset():
                await self._drop(str(event.reply or "client reset"))
        return answer

    async def settled(self) -> None:
        """Remember the message that was handed on."""
        message, self._sent = self._sent, None
        if message is not None:
            await self._desk.sent(message)

    async def close(self, last_words: Reply | None) -> None:
        """Leave nothing behind."""
        await self._drop(str(last_words or "client went away"))
        await self._admission.close()

    def _begin(self, mail: Mail) -> Reply:
        refusal = self._admission.forbids(mail)
        if refusal is not None:
            return refusal
        self._envelope = Envelope(mail, self._peer.address)
        return _SENDER_OK

    async def _rcpt(self, address: Address) -> Reply:
        envelope = self._envelope
        if envelope is None:
            return _NO_TRANSACTION
        asked = Message(envelope.mail.address, (Recipient(address),), beside=envelope.beside)
        decided = await self._desk.decide(envelope.mail, asked)
        answer = decided.reply or await self._pass_on(envelope, address)
        envelope.add(decided, answer)
        return answer

    async def _pass_on(self, envelope: Envelope, address: Address) -> Reply:
        if envelope.refused is not None:
            return envelope.refused
        if envelope.transaction is None:
            delivery = self._admission.delivery
            opened = await delivery.open(envelope.mail) if delivery else _NO_TRANSACTION
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
            envelope.failed(reply)
        self._tell(envelope, "sent" if reply.accepted else outcome_of(reply).value, str(reply))

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
        self._desk.decided(envelope.mail, envelope.dispositions, sent=result == "sent")
        envelope.tell(result, reply, self._options.privacy)
