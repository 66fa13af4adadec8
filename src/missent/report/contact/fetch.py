"""Fetches small documents over HTTPS: bounded in size, time and redirects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from missent.core.errors import ConfigError
from missent.core.facts import Unknown

if TYPE_CHECKING:
    import ssl
    from types import TracebackType
    from typing import Self

    import httpx

_LARGEST = 1 << 20
_REDIRECTS = 4
_NOT_FOUND = 404


class Web:
    """A client; to be used in `async with`.

    Args:
        verify: the certificates to trust; None trusts the system's, or `SSL_CERT_FILE`.
        timeout: seconds for one document.

    Raises:
        ConfigError: httpx is not installed.
    """

    def __init__(self, verify: ssl.SSLContext | None = None, timeout: float = 15) -> None:
        try:
            import httpx  # noqa: PLC0415  an extra
        except ImportError:
            raise ConfigError(
                "httpx is not installed: in missent's clone, pip install '.[contact]'"
            ) from None
        self._errors = (httpx.HTTPError, httpx.InvalidURL)
        self._client = httpx.AsyncClient(
            verify=verify if verify is not None else True,
            timeout=timeout,
            headers={"user-agent": "missent (https://www.rfc-editor.org/rfc/rfc9116)"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def fetch(self, url: str, accept: str) -> bytes | Unknown | None:
        """A document; None where there is none."""
        for _ in range(_REDIRECTS):
            if not url.startswith("https://"):
                return Unknown(f"{url}: not HTTPS")
            try:
                async with self._client.stream("GET", url, headers={"accept": accept}) as answer:
                    if not answer.is_redirect:
                        return await _content(url, answer)
                    url = str(answer.url.join(answer.headers.get("location", "")))
            except self._errors as error:
                return Unknown(f"{url}: {str(error) or type(error).__name__}")
        return Unknown(f"{url}: too many redirects")

    async def fetch_json(self, url: str, accept: str) -> dict[str, Any] | Unknown | None:
        """A JSON object; None where there is none."""
        content = await self.fetch(url, accept)
        if not isinstance(content, bytes):
            return content
        try:
            said = json.loads(content)
        except (ValueError, RecursionError):
            return Unknown(f"{url}: no JSON")
        return said if isinstance(said, dict) else Unknown(f"{url}: no JSON object")


async def _content(url: str, answer: httpx.Response) -> bytes | Unknown | None:
    if answer.status_code == _NOT_FOUND:
        return None
    if not answer.is_success:
        return Unknown(f"{url}: status {answer.status_code}")
    content = b""
    async for piece in answer.aiter_bytes(1 << 14):
        content += piece
        if len(content) > _LARGEST:
            return Unknown(f"{url}: more than a mebibyte")
    return content
