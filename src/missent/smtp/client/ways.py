"""From options to what takes messages."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from missent.core.errors import ConfigError
from missent.smtp.client.outbox import Outbox
from missent.smtp.client.upstream import Upstream

if TYPE_CHECKING:
    from missent.smtp.client.interface import Delivery
    from missent.smtp.client.options import UpstreamOptions


def delivery(to: UpstreamOptions | Path, hostname: str, size: int) -> Delivery:
    """Make ready to hand messages on.

    Args:
        to: the next hop, or the folder of an outbox.
        hostname: our name for EHLO.
        size: the largest message, in octets.

    Raises:
        ConfigError: the outbox cannot be made, or the certificates not be read.
    """
    if isinstance(to, Path):
        try:
            return Outbox(to, size)
        except OSError as error:
            raise ConfigError(f"the outbox cannot be used: {error}") from None
    try:
        return Upstream(to, hostname, size)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"the upstream's cafile cannot be used: {error}") from None
