"""How the console is served."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class WebOptions:
    """What the settings say of it.

    Attributes:
        url: what browsers reach it by.
        idle: seconds without a request after which a session ends.
        lifetime: seconds after which a session ends in any case.
        proxies: addresses and networks whose `X-Forwarded-For` and `-Proto` are believed.
    """

    url: str = "http://127.0.0.1:8025"
    idle: int = 1800
    lifetime: int = 43_200
    proxies: tuple[str, ...] = ()

    @property
    def secure(self) -> bool:
        """Whether browsers come by TLS; cookies are then sent by TLS alone."""
        return self.url.lower().startswith("https:")

    @property
    def origin(self) -> str:
        """What browsers call the place where our pages come from."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}".lower()
