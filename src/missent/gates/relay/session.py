"""What the relay says to one client: every recipient screened before it is passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.errors import StoreError
from missent.core.message import Message, Recipient
from missent.gates.keeper import Kept
from missent.gates.relay.admission import Admission
from missent.gates.relay.envelope import Envelope, outcome_of
from missent.gates.reply import UNDECIDED
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
    from missent.gates.keeper import Keeper
    from missent.gates.relay.admission import Peer, Ways
    from missent.gates.relay.desk import Desk
    from missent.gates.relay.options import RelayOptions
    from missent.smtp.events import Answer, Event

_SENDER_OK = Reply(250, "2.1.0", ("sender ok",))
_RECIPIENT_OK = Reply(250, "2.1.5", ("recipient ok",))
_NOBODY = Reply(550, "5.1.1", ("no such mailbox",))
_GO_AHEAD = Reply(354, "", ("end with a dot on a line of its own",))
_NO_TRANSACTION = Reply(451, "4.3.0", ("nothing is begun; try again later",))


class Conversation:
    """Handles one client's events.

    Args:
        options: of the relay.
        desk: decides.
        ways: how mail leaves.
        peer: the client.
        keeper: keeps what is held, and hears answers to notices.
    """

    def __init__(
        self,
        options: RelayOptions,
        desk: Desk,
        ways: Ways,
        peer: Peer,
        keeper: Keeper | None = None,
    ) -> None:
        self._keeper = keeper
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
        if self._keeper is not None and self._keeper.hears(address):
            return await self._answers(self._keeper, envelope, address)
        asked = Message(envelope.mail.address, (Recipient(address),), beside=envelope.beside)
        can_keep = self._admission.can_keep
        decided = await self._desk.decide(envelope.mail, asked, can_keep=can_keep)
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
        if envelope is None or not (envelope.transaction or envelope.stays):
            return _NO_TRANSACTION
        if envelope.transaction is None:
            return _GO_AHEAD
        reply = await envelope.transaction.begin()
        if not reply.accepted:
            await self._over(reply)
        return reply

    async def _write(self, content: bytes) -> None:
        envelope = self._envelope
        if envelope is None:
            return
        envelope.octets += len(content)
        if envelope.stays:
            envelope.content += content
        if envelope.transaction is not None:
            await envelope.transaction.write(content)

    async def _finish(self) -> Reply:
        envelope = self._envelope
        if envelope is None or not (envelope.transaction or envelope.stays):
            return _NO_TRANSACTION
        reply = await self._deliver(envelope)
        if reply.accepted and envelope.accepted:
            recipients = dict.fromkeys(envelope.accepted)
            self._sent = Message(envelope.mail.address, tuple(map(Recipient, recipients)))
        await self._over(reply)
        return reply

    async def _deliver(self, envelope: Envelope) -> Reply:
        """Keep it first, where it is to be kept: what the next hop has cannot be taken back."""
        name, keeper = "", self._keeper
        if keeper is not None and envelope.stays:
            name, refusal = await self._keep(keeper, envelope)
            if refusal is not None:
                return refusal
        if envelope.transaction is None:
            return Reply(250, "2.0.0", (f"held as {name}" if name else "read",))
        reply = await envelope.transaction.finish()
        if keeper is None or not name:
            return reply
        if not reply.accepted:
            await keeper.drop(name)
            return reply
        told = f"held as {name} for {len(envelope.kept)} of {len(envelope.dispositions)}"
        return Reply(reply.code, reply.enhanced, (f"{told} recipients; {reply.lines[0]}",))

    async def _keep(self, keeper: Keeper, envelope: Envelope) -> tuple[str, Reply | None]:
        mail, content = envelope.mail, bytes(envelope.content)
        try:
            for held in envelope.answers:
                await keeper.answer(held, mail.address, content)
        except StoreError:
            return "", UNDECIDED
        if not envelope.kept:
            return "", None
        return await keeper.keep(
            Kept(mail.address, envelope.kept, content, mail.eight_bit, mail.smtputf8),
            at_once=envelope.transaction is None,
        )

    async def _answers(self, keeper: Keeper, envelope: Envelope, address: Address) -> Reply:
        """Take an answer to a notice of ours."""
        try:
            held = await keeper.asked(address)
        except StoreError:
            return UNDECIDED
        if held is None:
            return _NOBODY
        envelope.answers.append(held)
        return _RECIPIENT_OK

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
