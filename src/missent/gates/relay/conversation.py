"""What the relay says to one client: every recipient screened before it is passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.errors import StoreError
from missent.core.message import Message, Recipient
from missent.gates.keeper import Kept
from missent.gates.relay.admission import Admission
from missent.gates.relay.passage import Passage, outcome_of
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
        self._passage: Passage | None = None
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
        self._passage = Passage(mail, self._peer.address)
        return _SENDER_OK

    async def _rcpt(self, address: Address) -> Reply:
        passage = self._passage
        if passage is None:
            return _NO_TRANSACTION
        if self._keeper is not None and self._keeper.hears(address):
            return await self._answers(self._keeper, passage, address)
        asked = Message(passage.mail.address, (Recipient(address),), beside=passage.beside)
        can_keep = self._admission.can_keep
        decided = await self._desk.decide(passage.mail, asked, can_keep=can_keep)
        answer = decided.reply or await self._pass_on(passage, address)
        passage.add(decided, answer)
        return answer

    async def _pass_on(self, passage: Passage, address: Address) -> Reply:
        if passage.refused is not None:
            return passage.refused
        if passage.transaction is None:
            delivery = self._admission.delivery
            opened = await delivery.open(passage.mail) if delivery else _NO_TRANSACTION
            if isinstance(opened, Reply):
                passage.refused = opened
                return opened
            passage.transaction = opened
        return await passage.transaction.rcpt(address)

    async def _start(self) -> Reply:
        passage = self._passage
        if passage is None or not (passage.transaction or passage.stays):
            return _NO_TRANSACTION
        if passage.transaction is None:
            return _GO_AHEAD
        reply = await passage.transaction.begin()
        if not reply.accepted:
            await self._over(reply)
        return reply

    async def _write(self, content: bytes) -> None:
        passage = self._passage
        if passage is None:
            return
        passage.octets += len(content)
        if passage.stays:
            passage.content += content
        if passage.transaction is not None:
            await passage.transaction.write(content)

    async def _finish(self) -> Reply:
        passage = self._passage
        if passage is None or not (passage.transaction or passage.stays):
            return _NO_TRANSACTION
        reply = await self._deliver(passage)
        if reply.accepted and passage.accepted:
            recipients = dict.fromkeys(passage.accepted)
            self._sent = Message(passage.mail.address, tuple(map(Recipient, recipients)))
        await self._over(reply)
        return reply

    async def _deliver(self, passage: Passage) -> Reply:
        """Keep it first, where it is to be kept: what the next hop has cannot be taken back."""
        name, keeper = "", self._keeper
        if keeper is not None and passage.stays:
            name, refusal = await self._keep(keeper, passage)
            if refusal is not None:
                return refusal
        if passage.transaction is None:
            return Reply(250, "2.0.0", (f"held as {name}" if name else "read",))
        reply = await passage.transaction.finish()
        if keeper is None or not name:
            return reply
        if not reply.accepted:
            await keeper.drop(name)
            return reply
        told = f"held as {name} for {len(passage.kept)} of {len(passage.dispositions)}"
        return Reply(reply.code, reply.enhanced, (f"{told} recipients; {reply.lines[0]}",))

    async def _keep(self, keeper: Keeper, passage: Passage) -> tuple[str, Reply | None]:
        mail, content = passage.mail, bytes(passage.content)
        try:
            for held in passage.answers:
                await keeper.answer(held, mail.address, content)
        except StoreError:
            return "", UNDECIDED
        if not passage.kept:
            return "", None
        return await keeper.keep(
            Kept(mail.address, passage.kept, content, mail.eight_bit, mail.smtputf8),
            at_once=passage.transaction is None,
        )

    async def _answers(self, keeper: Keeper, passage: Passage, address: Address) -> Reply:
        """Take an answer to a notice of ours."""
        try:
            held = await keeper.asked(address)
        except StoreError:
            return UNDECIDED
        if held is None:
            return _NOBODY
        passage.answers.append(held)
        return _RECIPIENT_OK

    async def _over(self, reply: Reply) -> None:
        """The message has its final answer."""
        passage, self._passage = self._passage, None
        if passage is None:
            return
        if passage.transaction is not None:
            await passage.transaction.abort()
        if not reply.accepted:
            passage.failed(reply)
        self._tell(passage, "sent" if reply.accepted else outcome_of(reply).value, str(reply))

    async def _drop(self, reason: str) -> None:
        """The message ends without an answer."""
        passage, self._passage = self._passage, None
        if passage is None:
            return
        if passage.transaction is not None:
            await passage.transaction.abort()
        if passage.dispositions:
            self._tell(passage, "abandoned" if passage.accepted else "refused", reason)

    def _tell(self, passage: Passage, result: str, reply: str) -> None:
        self._desk.decided(passage.mail, passage.dispositions, sent=result == "sent")
        passage.tell(result, reply, self._options.privacy)
