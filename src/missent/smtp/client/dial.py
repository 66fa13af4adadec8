"""Opens connections to one server: greeting, TLS, EHLO, and signing in where a user is given."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import TYPE_CHECKING, cast

import structlog
from aiosmtplib import SMTP, SMTPException, SMTPHeloError

from missent.smtp.client.options import Security
from missent.smtp.events import Extensions

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from missent.smtp.client.options import UpstreamOptions

_log = structlog.get_logger("missent.smtp")
_QUIT_SECONDS = 5.0


class Dialler:
    """Knows how to reach a server, and lets go of it again.

    Args:
        options: where it is.
        hostname: our name for EHLO.

    Raises:
        OSError: the certificates cannot be read.
    """

    def __init__(self, options: UpstreamOptions, hostname: str) -> None:
        self.options = options
        self._hostname = hostname
        self._tls: ssl.SSLContext | None = None
        if options.security is not Security.NONE:
            self._tls = ssl.create_default_context(cafile=options.cafile)
        self._tasks: set[asyncio.Task[None]] = set()

    async def dial(self) -> SMTP | None:
        """Connect; None where that fails, and the log says why."""
        options = self.options
        client = SMTP(
            hostname=options.host,
            port=options.port,
            username=options.username or None,
            password=options.password if options.username else None,
            local_hostname=self._hostname,
            timeout=options.command,
            use_tls=options.security is Security.TLS,
            start_tls=options.security is Security.STARTTLS,
            tls_context=self._tls,
        )
        try:
            async with asyncio.timeout(options.connect):
                await client.connect()
                if client.is_ehlo_or_helo_needed:
                    await _hello(client)
        except (SMTPException, OSError, TimeoutError) as error:
            hang_up(client)
            reason = str(error) or type(error).__name__
            _log.warning(
                "next hop unreachable", host=options.host, port=options.port, reason=reason
            )
            return None
        return client

    def leave(self, client: SMTP) -> None:
        """Say QUIT, without letting anybody wait for the answer."""
        self.spawn(_quit(client))

    def spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Do something beside; `close` waits for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """Wait until what is done beside is done."""
        if self._tasks:
            await asyncio.wait(self._tasks)


def offers(client: SMTP, size: int) -> Extensions:
    """What may be offered to clients of ours; what is not in this list is never passed on.

    Args:
        client: has said EHLO.
        size: the largest message of ours, in octets.
    """
    said = client.esmtp_extensions.get("size", "").split(" ")[0]
    limit = int(said) if said.isascii() and said.isdigit() else 0
    return Extensions(
        size=min(size, limit) if limit else size,
        eight_bit=client.supports_extension("8bitmime"),
        smtputf8=client.supports_extension("smtputf8"),
        auth=tuple(name.upper() for name in client.server_auth_methods),
    )


def hang_up(client: SMTP) -> None:
    """Close a connection without waiting for anything."""
    if client.transport is not None:
        # not close(): what is still to be written must not be waited for
        cast("asyncio.Transport", client.transport).abort()
    client.close()


async def _hello(client: SMTP) -> None:
    try:
        await client.ehlo()
    except SMTPHeloError:
        await client.helo()


async def _quit(client: SMTP) -> None:
    with contextlib.suppress(SMTPException, OSError, TimeoutError):
        await client.execute_command(b"QUIT", timeout=_QUIT_SECONDS)
    hang_up(client)
    await asyncio.sleep(0)  # the transport closes in the next turn of the loop
