"""aiosmtpd with the sinkhole's policy: `refusing.py PORT asyncio|uvloop CERTIFICATE`."""

from __future__ import annotations

import asyncio
import ssl
import sys
from typing import TYPE_CHECKING

from aiosmtpd.smtp import SMTP

from missent.core.address import Address
from missent.core.errors import AddressError
from missent.sinkhole.mapping import find
from missent.testing.sinkhole import LOOKALIKES

if TYPE_CHECKING:
    from aiosmtpd.smtp import Envelope, Session

REFUSED: dict[str, int] = {}


class Refuses:
    """Every recipient, with the text that the sinkhole gives."""

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, _envelope: Envelope, text: str, _options: object
    ) -> str:
        """Refuse one recipient, and count it."""
        try:
            address = Address.parse(text)
        except AddressError:
            return "501 5.1.3 write RCPT TO:<address>; your message was not received"
        target = find(LOOKALIKES, address.domain.name)
        if target is None:
            return "550 5.7.1 no mail is taken for this domain; your message was not received"
        REFUSED[target.typed] = REFUSED.get(target.typed, 0) + 1
        return (
            f"550 5.1.2 did you mean <{address.local}@{target.meant}>? There is no <{address}>: "
            f"{target.lookalike.note}. Your message was not received; nobody has read it."
        )


async def main() -> None:
    handler, loop = Refuses(), asyncio.get_running_loop()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3])
    await loop.create_server(
        lambda: SMTP(handler, enable_SMTPUTF8=True, loop=loop, tls_context=context),
        "127.0.0.1",
        int(sys.argv[1]),
        backlog=4096,
        reuse_port=True,
    )
    await asyncio.Event().wait()


if sys.argv[2] == "uvloop":
    import uvloop

    uvloop.run(main())
else:
    asyncio.run(main())
