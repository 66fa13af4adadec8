"""The hold room of one process: keeps, asks, hears the answers, sends.

Gates give it messages, web pages and replies give it choices, its own tasks do the rest.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from missent.core.errors import StoreError
from missent.hold import header, tokens
from missent.hold.automatic import is_automatic, is_program
from missent.hold.dispatch import Dispatcher
from missent.hold.held import Held, HeldRecipient, Pick, Record
from missent.hold.journal import Journal
from missent.hold.machine import Choice, Refused, State, Way
from missent.hold.sending import Sending

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from missent.core.address import Address
    from missent.hold.held import Envelope, Suspect
    from missent.hold.interface import HoldStore
    from missent.hold.jobs import Task
    from missent.hold.options import RoomOptions
    from missent.hold.tokens import Token

_log = structlog.get_logger("missent.hold")
_HOUR = 3600
_SOON = 20.0  # seconds for one try of a notice
_SWEEP = 2.0  # seconds between two looks for what expired


class Automatic(Exception):  # noqa: N818  no error: an answer
    """A program sent the message: nobody would read a question."""


@dataclass(frozen=True, slots=True)
class View:
    """What a token is about, before anything is done.

    Attributes:
        held: the message.
        one: the recipient.
        token: what would be chosen.
        meant: where the message would go instead, "" for other choices.
        subject: of the message.
    """

    held: Held
    one: HeldRecipient
    token: Token
    meant: str
    subject: str


class Room:
    """Keeps messages and carries out choices. `running` starts its tasks."""

    def __init__(self, store: HoldStore, options: RoomOptions) -> None:
        self.store = store
        self.options = options
        self._sending = Sending(store, options)
        few = replace(options.dispatch, at_once=options.dispatch.releases)
        self._journal = Journal(options.journal) if options.journal else None
        self._releases = Dispatcher(store, self._sending.releases, few, self._journal)
        # A notice that comes twice does less harm than one that comes late.
        soon = replace(options.dispatch, deadline=min(options.dispatch.deadline, _SOON))
        self._notices = Dispatcher(store, self._sending.notices, soon, self._journal)

    # What a gate asks.

    def reviews(self, codes: Sequence[str]) -> bool:
        """Whether a recipient with such findings waits for a reviewer."""
        return any(code.startswith(self.options.review) for code in codes)

    async def takes(self, sender: Address | None) -> bool:
        """Whether this sender can be asked: a person by its name, and not asked too often.

        Raises:
            StoreError: it cannot be known now.
        """
        if sender is None or is_program(sender):
            return False
        since = int(time.time()) - _HOUR
        return await self.store.kept_since(str(sender), since) < self.options.an_hour

    async def keep(
        self,
        sender: Address,
        suspects: Sequence[Suspect],
        content: bytes,
        envelope: Envelope,
        *,
        at_once: bool = True,
    ) -> str:
        """Keep a message, durably; its sender is asked within moments.

        Args:
            sender: who is asked.
            suspects: the recipients that are held.
            content: the message, with CR LF.
            envelope: its own; the Message-ID is read from the content.
            at_once: whether its sender is asked now; otherwise within a second, and until then it
                can be dropped.

        Returns:
            The name of the held message.

        Raises:
            Automatic: a program sent it; nothing was kept.
            StoreError: it could not be kept; nothing was.
        """
        found = header.read(content)
        if is_automatic(sender, found.fields):
            raise Automatic
        keys, now, name = self.options.keys, int(time.time()), secrets.token_hex(8)
        mark = ""
        if found.message_id:
            parts = [sender.key, found.message_id, *sorted(one.address for one in suspects)]
            mark = keys.mark(*(part.encode("utf-8", "surrogatepass") for part in parts))
        record = Record(
            name,
            replace(envelope, message_id=found.message_id),
            tuple(suspects),
            keys.seal(content, name),
            keys.seal_subject(found.subject, name),
            len(content),
            mark,
            now,
            now + self.options.expires,
        )
        claim = self._notices.claim() if at_once else None
        job = None
        try:
            name, job = await self.store.keep(record, claim)
            if job is not None:
                self._sending.remember(_as_held(record))
        finally:
            if claim is not None:
                self._notices.settle(job)
        if job is None and at_once:
            self._notices.wake()
        _log.info("held", held=name, recipients=len(suspects), octets=len(content))
        return name

    async def drop(self, name: str) -> None:
        """Take a message back: its sender's system was told that it is not taken."""
        with contextlib.suppress(StoreError):
            await self.store.drop(name)

    async def warn(self, task: Task) -> None:
        """Keep a warning to be sent."""
        await self.store.enqueue(task)
        self._notices.wake()

    # What a page or a reply asks.

    async def look(self, text: str, way: Way) -> View | str:
        """What a token is about; or why it is refused, which is logged.

        Raises:
            StoreError: it cannot be known now.
        """
        token = tokens.read(text, self.options.keys, int(time.time()))
        if isinstance(token, tokens.Bad):
            return _refused(token, way)
        if (token.choice is None) is not (way is Way.REPLY):
            return _refused("foreign", way, token.message)
        held = await self.store.message(token.message)
        if held is None:
            return _refused("unknown", way)
        one = next((r for r in held.recipients if r.number == max(token.recipient, 1)), None)
        if one is None:
            return _refused("unknown", way, held.name)
        meant = ""
        if token.choice is Choice.INSTEAD:
            if token.meant >= len(one.suspect.meant):
                return _refused("unknown", way, held.name)
            meant = one.suspect.meant[token.meant]
        return View(held, one, token, meant, self.subject(held))

    async def act(self, view: View) -> State | Refused:
        """Carry out what a link says.

        Raises:
            StoreError: it cannot be done now.
        """
        held, choice = view.held, view.token.choice
        if choice is None:  # `look` refuses it
            return Refused.DECIDED
        who, now = held.envelope.mail_from, int(time.time())
        pick = Pick(held.name, view.one.number, choice, Way.LINK, who, now, view.meant)
        return await self.choose(pick)

    async def choose(self, pick: Pick) -> State | Refused:
        """Carry out a choice, and begin to send what follows."""
        found = await self.store.choose(pick)
        if found is None or isinstance(found, Refused):
            _refused("unknown" if found is None else found.value, pick.way, pick.message)
            return found or Refused.DECIDED
        _log.info(
            "chosen", held=pick.message, recipient=pick.recipient, state=found.value, way=pick.way
        )
        self._releases.wake()
        self._notices.wake()
        return found

    def subject(self, held: Held) -> str:
        """The subject of a held message; "" where its key is gone."""
        return self.options.keys.open_subject(held.subject, held.name)

    # Its own tasks.

    @contextlib.asynccontextmanager
    async def running(self, *, releases: bool = True) -> AsyncIterator[None]:
        """Send and expire until the end of the `with`.

        Args:
            releases: False where nothing is held: notices alone are sent.
        """
        beside = [asyncio.create_task(self._notices.run())]
        if releases:
            beside.append(asyncio.create_task(self._releases.run()))
            beside.append(asyncio.create_task(self._sweep()))
        try:
            yield
        finally:
            if releases:
                beside[2].cancel()
            await self._releases.close()
            await self._notices.close()
            await asyncio.gather(*beside, return_exceptions=True)
            await self._sending.close()
            if self._journal is not None:
                self._journal.close()

    async def _sweep(self) -> None:
        tidied = 0.0
        while True:
            now = int(time.time())
            try:
                if count := await self.store.expire(now, "missent"):
                    _log.info("expired", recipients=count)
                    self._notices.wake()
                if now - tidied > _HOUR:
                    await self.store.tidy(now - self.options.record)
                    tidied = now
            except StoreError as error:
                _log.warning("nothing expires", reason=str(error))
            await asyncio.sleep(_SWEEP)


def _as_held(record: Record) -> Held:
    """A record as the store would give it back."""
    recipients = tuple(
        HeldRecipient(number, suspect, State.HELD)
        for number, suspect in enumerate(record.suspects, 1)
    )
    return Held(
        record.name,
        record.envelope,
        record.at,
        record.expires,
        record.octets,
        record.subject,
        recipients,
    )


def _refused(reason: str, way: Way, name: str = "") -> str:
    _log.warning("choice refused", reason=str(reason), way=way.value, held=name)
    return str(reason)
