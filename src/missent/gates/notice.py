"""Telling a sender that a message went out, or waits, to an address that looks wrong: RFC 3834."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING

import aiosmtplib
import structlog

from missent.core.errors import StoreError
from missent.smtp.client.options import Security

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from missent.core.address import Address
    from missent.core.verdict import RecipientVerdict
    from missent.gates.confirm import Attempts
    from missent.gates.disposition import Disposition
    from missent.smtp.client.options import UpstreamOptions

_log = structlog.get_logger("missent.notice")
_QUEUE = 1000  # notices that wait to be sent; more are dropped and counted
_TRIES = (0.0, 2.0, 30.0)  # seconds before each try
_LISTED = 20  # recipients in one notice

# RFC 3834 2 and 5, RFC 2919, RFC 2369: a program sent it, or for a list.
_BULK = {"bulk", "list", "junk"}
_PROGRAMS = ("owner-", "bounce-", "bounces-", "mailer-daemon", "noreply", "no-reply")
_PROGRAM_ENDS = ("-request", "-owner", "-bounces")


@dataclass(frozen=True, slots=True)
class NoticeOptions:
    """How senders are told.

    Attributes:
        route: the server that takes the notices.
        author: whom they come from, and whom a puzzled sender answers.
        interval: seconds within which a sender hears of one recipient once.
    """

    route: UpstreamOptions
    author: Address
    interval: int = 86400


def is_automatic(sender: Address | None, header: Mapping[str, str]) -> bool:
    """Whether a program sent this message, so that nobody would read an answer.

    Args:
        sender: the reverse-path.
        header: its header fields, names in lower case.
    """
    if sender is None:
        return True
    local = sender.local.lower()
    if local.startswith(_PROGRAMS) or local.endswith(_PROGRAM_ENDS):
        return True
    if header.get("auto-submitted", "no").partition(";")[0].strip().lower() != "no":
        return True
    if header.get("precedence", "").strip().lower() in _BULK:
        return True
    return "x-auto-response-suppress" in header or any(n.startswith("list-") for n in header)


def write(
    sender: Address,
    about: Sequence[RecipientVerdict],
    author: Address,
    now: datetime,
    *,
    held: bool,
    in_reply_to: str = "",
) -> EmailMessage:
    """Write a notice.

    Args:
        sender: who is told.
        about: the recipients in question.
        author: whom it comes from.
        now: its date.
        held: whether the message waits; otherwise it went out.
        in_reply_to: the Message-ID of the message, without angle brackets, or "".
    """
    notice = EmailMessage(policy=SMTPUTF8 if _needs_utf8(sender, author) else SMTP)
    notice["Auto-Submitted"] = "auto-replied"
    notice["From"] = HeaderAddress("missent", author.local, author.domain.name)
    notice["To"] = HeaderAddress("", sender.local, sender.domain.name)
    notice["Date"] = format_datetime(now)
    notice["Message-ID"] = make_msgid(domain=author.domain.name)
    state = "Held" if held else "Please check"
    notice["Subject"] = f"{state}: your message to {about[0].recipient.address}"
    if in_reply_to.isascii() and in_reply_to.isprintable() and in_reply_to:
        notice["In-Reply-To"] = notice["References"] = f"<{in_reply_to[:900]}>"
    notice.set_content(_text(about, author, held=held), cte="quoted-printable")
    return notice


def _needs_utf8(*addresses: Address) -> bool:
    return not all(str(address).isascii() for address in addresses)


def _text(about: Sequence[RecipientVerdict], author: Address, *, held: bool) -> str:
    many = len(about) > 1
    lines = [
        f"{'These addresses' if many else 'This address'} of your message may be wrong:",
        "",
    ]
    for verdict in about[:_LISTED]:
        lines.append(f"  {verdict.recipient.address}")
        if verdict.did_you_mean:
            meant = " or ".join(str(address) for address in verdict.did_you_mean[:3])
            lines.append(f"    Did you mean {meant}?")
        lines += [f"    {f.summary} [{f.code}]" for f in verdict.findings[:3]]
    if len(about) > _LISTED:
        lines.append(f"  and {len(about) - _LISTED} more")
    lines.append("")
    if held:
        lines += [
            "The message was not sent yet, to none of its recipients: it waits at your mail",
            f"server. If all is right, ask {author} to release it.",
        ]
    else:
        lines += [
            "The message was sent. If the address is right, there is nothing to do; if it is",
            "wrong, you may want to tell its receiver, and to send the message again.",
        ]
    return "\n".join(lines) + "\n"


class Notifier:
    """Sends notices, one by one, beside the work of the gate. Start `run` as a task.

    Attributes:
        sent: notices that the route took.
        failed: notices that could not be sent.
    """

    def __init__(
        self, options: NoticeOptions, attempts: Attempts, clock: Callable[[], datetime]
    ) -> None:
        self._options = options
        self._attempts = attempts
        self._clock = clock
        self._waiting: asyncio.Queue[
            tuple[Address, tuple[RecipientVerdict, ...], bool, str] | None
        ] = asyncio.Queue(_QUEUE)
        self._told_of_trouble = False
        self.sent = 0
        self.failed = 0

    def tell(
        self,
        sender: Address | None,
        about: Iterable[Disposition],
        header: Mapping[str, str],
        *,
        held: bool,
        message_id: str = "",
    ) -> None:
        """Tell the sender of a message about some of its recipients, if a person may read it."""
        verdicts = tuple(d.verdict for d in about if d.verdict is not None)
        if sender is None or not verdicts or is_automatic(sender, header):
            return
        try:
            self._waiting.put_nowait((sender, verdicts, held, message_id))
        except asyncio.QueueFull:
            self._fail("too many notices wait")

    async def run(self) -> None:
        """Send what waits, until `close`."""
        while (item := await self._waiting.get()) is not None:
            sender, verdicts, held, message_id = item
            new = [v for v in verdicts if await self._is_new(sender, v.recipient.address)]
            if new:
                now, author = self._clock(), self._options.author
                try:
                    notice = write(sender, new, author, now, held=held, in_reply_to=message_id)
                except ValueError as error:
                    self._fail(f"it cannot be written: {error}")
                    continue
                await self._send(sender, notice)

    async def close(self) -> None:
        """Let `run` end after what waits now."""
        await self._waiting.put(None)

    async def _is_new(self, sender: Address, address: Address) -> bool:
        at = int(self._clock().timestamp())
        try:
            before = await self._attempts.first(
                "notice", sender.key, address.key, at, self._options.interval
            )
        except StoreError as error:
            # Rather one notice less than one for every message of an outage.
            self._fail(str(error))
            return False
        return before is None

    async def _send(self, sender: Address, notice: EmailMessage) -> None:
        route = self._options.route
        reason = ""
        for pause in _TRIES:
            await asyncio.sleep(pause)
            try:
                await aiosmtplib.send(
                    notice,
                    sender="",
                    recipients=[str(sender)],
                    hostname=route.host,
                    port=route.port,
                    username=route.username or None,
                    password=route.password or None,
                    use_tls=route.security is Security.TLS,
                    start_tls=route.security is Security.STARTTLS,
                    tls_context=_tls(route),
                    timeout=route.connect,
                )
            except (aiosmtplib.SMTPException, OSError, ValueError) as error:
                reason = f"{type(error).__name__}: {error}"
                continue
            self.sent += 1
            self._told_of_trouble = False
            return
        self._fail(reason)

    def _fail(self, reason: str) -> None:
        self.failed += 1
        if not self._told_of_trouble:
            _log.error("notice not sent", reason=reason)
            self._told_of_trouble = True


def _tls(route: UpstreamOptions) -> ssl.SSLContext | None:
    if route.security is Security.NONE:
        return None
    return ssl.create_default_context(cafile=route.cafile)
