"""Does the jobs of the room: released messages to the next hop, notices to senders."""

from __future__ import annotations

from datetime import UTC, datetime
from email.policy import SMTPUTF8
from typing import TYPE_CHECKING, Any

from missent.core.address import Address
from missent.core.errors import StoreError
from missent.hold.carrying import carry
from missent.hold.held import Envelope
from missent.hold.jobs import NOTICES, Kind
from missent.hold.machine import State
from missent.hold.notices import asking, dsn, message, telling, words
from missent.hold.tokens import Token
from missent.smtp.client.ways import delivery
from missent.smtp.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage

    from missent.hold.dispatch import Handler
    from missent.hold.held import Held
    from missent.hold.interface import HoldStore
    from missent.hold.jobs import Job
    from missent.hold.options import RoomOptions

_NOTHING = Reply(250, "2.0.0", ("nothing to do any more",))
_NO_LIMIT = 1 << 31


class Sending:
    """What the dispatchers call.

    Raises:
        ConfigError: the certificates of a route cannot be read, or the outbox not be made.
    """

    def __init__(self, store: HoldStore, options: RoomOptions) -> None:
        self._store = store
        self._fresh: dict[str, Held] = {}
        self._options = options
        self._next_hop = delivery(options.next_hop, options.hostname, _NO_LIMIT)
        self._route = delivery(options.notices, options.hostname, _NO_LIMIT)
        self.releases: dict[Kind, Handler] = {Kind.RELEASE: self._release}
        self.notices: dict[Kind, Handler] = dict.fromkeys(NOTICES, self._notify)

    def remember(self, held: Held) -> None:
        """Spare the store a question about a message that was laid into it just now."""
        self._fresh[held.name] = held

    async def close(self) -> None:
        """Close every connection."""
        await self._next_hop.close()
        await self._route.close()

    async def _release(self, job: Job, ours: Callable[[], bool]) -> Reply:
        task = job.task
        held = await self._store.message(task.message)
        if held is None:
            return _NOTHING
        content = await self._content(task.message)
        return await carry(self._next_hop, held.envelope, task.rcpt_to, content, ours)

    async def _notify(self, job: Job, ours: Callable[[], bool]) -> Reply:
        task = job.task
        if task.kind in {Kind.WARN, Kind.TELL}:
            to = task.rcpt_to
            made: EmailMessage | None = self._told(job)
        else:
            held = self._fresh.pop(task.message, None) or await self._store.message(task.message)
            to = held.envelope.mail_from if held else ""
            made = await self._about(job, held) if held else None
        if made is None:
            return _NOTHING
        content = made.as_bytes()
        utf8 = made.policy is SMTPUTF8
        envelope = Envelope("", eight_bit=not content.isascii() or utf8, smtputf8=utf8)
        return await carry(self._route, envelope, to, content, ours)

    def _told(self, job: Job) -> EmailMessage:
        """A notice about no held message."""
        said: dict[str, Any] = dict(job.task.body)
        if job.task.kind is Kind.TELL:  # it answers nothing (RFC 3834 5)
            made = self._composed(job, job.task.rcpt_to, said["subject"], "")
            made.replace_header("Auto-Submitted", "auto-generated")
            made.set_content(said["text"], cte="quoted-printable")
            return made
        state = "Held" if said["held"] else "Please check"
        subject = f"{state}: your message to {said['about'][0]['address']}"
        made = self._composed(job, job.task.rcpt_to, subject, said["message_id"])
        made.set_content(telling.warning(said), cte="quoted-printable")
        return made

    async def _about(self, job: Job, held: Held) -> EmailMessage | None:
        """A notice about a held message; None where there is nothing to tell any more."""
        task = job.task
        listed = [one for one in held.recipients if task.recipient in {0, one.number}]
        if task.kind is Kind.ASK:
            listed = [one for one in listed if one.state is State.HELD]
        if not listed:
            return None
        about = listed[0]
        subject = f"{_ABOUT[task.kind]}: your message to {words.shown(about.suspect.address)}"
        reply_to = self._reply_to(held) if task.kind in _ANSWERED else None
        envelope = held.envelope
        made = self._composed(job, envelope.mail_from, subject, envelope.message_id, reply_to)
        if task.kind is Kind.ASK:
            return self._ask(made, held, reply=reply_to is not None)
        if task.kind is Kind.FAILED:
            content = await self._content(held.name)
            said, address = str(task.body["said"]), str(task.body["address"])
            hostname = self._options.hostname
            return message.report(made, dsn.parts(held, address, said, content, hostname))
        text = telling.unclear(held, str(task.body.get("why", "")))
        if task.kind is Kind.EXPIRED:
            text = telling.expired(held, about, self._subject(held))
        made.set_content(text, cte="quoted-printable")
        return made

    def _composed(
        self, job: Job, to: str, subject: str, answers: str, reply_to: Address | None = None
    ) -> EmailMessage:
        return message.compose(
            Address.parse(to, lenient=True),
            self._options.author,
            subject,
            datetime.now(UTC),
            f"notice-{job.number}-{job.task.at}",  # the same for every try
            in_reply_to=answers,
            reply_to=reply_to,
        )

    def _ask(self, made: EmailMessage, held: Held, *, reply: bool) -> EmailMessage:
        about = words.questions(held, self._options.keys)
        said = (held, about, self._subject(held), self._options.links)
        return message.both(made, asking.text(*said, reply=reply), asking.html(*said, reply=reply))

    def _reply_to(self, held: Held) -> Address | None:
        box = self._options.reply_to
        if box is None:
            return None
        token = Token(held.name, held.expires).write(self._options.keys)
        return Address.of(f"{box.local}+{token}", box.domain.name)

    def _subject(self, held: Held) -> str:
        return self._options.keys.open_subject(held.subject, held.name)

    async def _content(self, name: str) -> bytes:
        sealed = await self._store.sealed(name)
        if sealed is None:
            raise StoreError(f"the held message {name} has no content any more")
        return self._options.keys.open(sealed, name)


_ANSWERED = frozenset((Kind.ASK, Kind.UNCLEAR))
_ABOUT = {
    Kind.ASK: "Held",
    Kind.EXPIRED: "Given up",
    Kind.FAILED: "Not delivered",
    Kind.UNCLEAR: "Nothing changed",
}
