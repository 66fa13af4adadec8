"""What the sinkhole's operator tells others: from the store, by the mail server of [notice]."""

from __future__ import annotations

import json
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING

from missent.app.gates import way
from missent.app.remember import open_store
from missent.app.sinkhole import lookalikes, section, stored
from missent.app.values import blame
from missent.core.address import Address
from missent.core.errors import ConfigError
from missent.report.owner import page, signing, text
from missent.sinkhole.evidence.key import DAY
from missent.sinkhole.evidence.letter import letter
from missent.sinkhole.evidence.summary import Source, of_owner, senders, summarise
from missent.smtp.client.ways import delivery
from missent.smtp.events import Mail
from missent.smtp.replies import Reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import date

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from missent.memory.refusals import Notice
    from missent.memory.sql.refusals import StoredRefusals
    from missent.report.owner.model import Report
    from missent.settings import Settings
    from missent.sinkhole.evidence.summary import Sender
    from missent.smtp.client.interface import Delivery


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which report.

    Attributes:
        owner: whose mail; "" where there is one owner only.
        first: the first day, UTC.
        last: the last day.
    """

    owner: str
    first: date
    last: date

    @property
    def days(self) -> tuple[int, int]:
        """Both, since the epoch."""
        return _day(self.first), _day(self.last)


@asynccontextmanager
async def numbers(settings: Settings) -> AsyncIterator[StoredRefusals]:
    """The store's numbers, for a command.

    Raises:
        ConfigError: there is no store.
        StoreError: it cannot be had.
    """
    store = await open_store(settings)
    try:
        yield stored(store)
    finally:
        await store.close()


def source(settings: Settings) -> Source:
    """Who tells."""
    own = section(settings)
    return Source(own.organisation, own.contact, own.k)


def owner_of(settings: Settings, owner: str) -> str:
    """The owner that is asked for, or the only one.

    Raises:
        ConfigError: it is none of the configured ones, or there are several.
    """
    owners = sorted({pair.owner for pair in lookalikes(section(settings))})
    bare = owner.removeprefix("*.").lower()
    if not bare and len(owners) == 1:
        return owners[0]
    if bare not in owners:
        raise ConfigError(
            f"{owner!r} owns none of what is meant; name one with --for: {', '.join(owners)}"
            if bare
            else f"whose report? name one with --for: {', '.join(owners)}"
        )
    return bare


async def report(settings: Settings, wanted: Wanted) -> Report:
    """The report of an owner, signed where there is a key.

    Raises:
        ConfigError: nobody is meant, or the key cannot be used.
        StoreError: the store cannot be had.
    """
    own = section(settings)
    owner = owner_of(settings, wanted.owner)
    async with numbers(settings) as refusals:
        rows = await refusals.rows(*wanted.days)
    mine, pairs = of_owner(rows, lookalikes(own), owner)
    made = summarise(mine, pairs, owner, wanted.days, source(settings))
    secret = key(settings)
    return signing.sign(made, secret) if secret else made


def key(settings: Settings) -> Ed25519PrivateKey | None:
    """The key that reports are signed with, None where none is named.

    Raises:
        ConfigError: it cannot be used.
    """
    file = section(settings).signing_key
    if file is None:
        return None
    with blame("sinkhole.signing_key"):
        return signing.read_key(file)


async def by_sender(settings: Settings, wanted: Wanted) -> dict[str, Sender]:
    """The sending organisations, all of them: they are the operator's own numbers."""
    async with numbers(settings) as refusals:
        rows = await refusals.rows(*wanted.days)
    if wanted.owner:
        rows, _ = of_owner(rows, lookalikes(section(settings)), owner_of(settings, wanted.owner))
    return senders(rows)


def rendered(report: Report, form: str) -> str:
    """The report as `json`, `html` or `text`."""
    if form == "json":
        return json.dumps(signing.as_json(report), indent=2, ensure_ascii=False) + "\n"
    return page.render(report) if form == "html" else text.render(report)


def owner_mail(settings: Settings, report: Report, contact: str) -> EmailMessage:
    """The mail that carries a report."""
    subject = f"Mail meant for {report.owner} is sent to a lookalike: {report.period.last}"
    mail = _mail(settings, contact, subject, text.render(report))
    name = f"missent-{report.owner}-{report.period.first}-{report.period.last}"
    for form, kind in (("json", "application/json"), ("html", "text/html")):
        main, _, sub = kind.partition("/")
        mail.add_attachment(
            rendered(report, form).encode(), maintype=main, subtype=sub, filename=f"{name}.{form}"
        )
    return mail


def sender_mail(settings: Settings, name: str, sender: Sender, wanted: Wanted) -> EmailMessage:
    """The letter to a sending organisation's postmaster."""
    period = f"{wanted.first} to {wanted.last}"
    body = letter(name, sender, period, source(settings))
    return _mail(settings, f"postmaster@{name}", f"Mail of {name} to mistyped domains", body)


def _mail(settings: Settings, contact: str, subject: str, body: str) -> EmailMessage:
    if settings.notice is None:
        raise ConfigError("the section [notice] is missing: who sends the mail, and as whom?")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = settings.notice.author
    mail["To"] = contact
    if section(settings).contact:
        mail["Reply-To"] = section(settings).contact
    mail["Subject"] = subject
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = make_msgid(domain=Address.parse(settings.notice.author).domain.name)
    mail.set_content(body)
    return mail


async def send(settings: Settings, mail: EmailMessage, notice: Notice) -> Notice:
    """Send a mail and record what came of it; a failure is recorded too.

    Args:
        settings: name the server.
        mail: to be sent.
        notice: the record, with `outcome` and `detail` still to be filled in.
    """
    assert settings.notice is not None  # noqa: S101  the mail could not have been made
    octets = bytes(mail)
    hop = delivery(
        way(settings, settings.notice, "notice"), section(settings).hostname, len(octets)
    )
    try:
        reply = await _hand_over(hop, mail, octets)
    finally:
        await hop.close()
    done = notice._replace(
        at=int(time.time()), outcome="sent" if reply.accepted else "failed", detail=str(reply)
    )
    async with numbers(settings) as refusals:
        await refusals.note(done)
    return done


async def _hand_over(hop: Delivery, mail: EmailMessage, octets: bytes) -> Reply:
    author, contact = Address.parse(str(mail["From"])), Address.parse(str(mail["To"]))
    transaction = await hop.open(Mail(author))
    if isinstance(transaction, Reply):
        return transaction
    try:
        for answer in (await transaction.rcpt(contact), await transaction.begin()):
            if not answer.accepted:
                return answer
        await transaction.write(octets)
        return await transaction.finish()
    finally:
        await transaction.abort()


def _day(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) // DAY
