"""Lists of networks that the operator keeps as files: senders with a good name, or a bad one."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from missent.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_MOST = 5_000_000  # lines of a file


class Networks:
    """Tells whether an address is in one of many networks, in microseconds."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._by_length: dict[tuple[int, int], set[int]] = {}
        for text in texts:
            network = ip_network(text, strict=False)
            key = network.version, network.prefixlen
            shifted = int(network.network_address) >> (network.max_prefixlen - network.prefixlen)
            self._by_length.setdefault(key, set()).add(shifted)

    def __bool__(self) -> bool:
        return bool(self._by_length)

    def __contains__(self, address: str) -> bool:
        try:
            parsed = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        number, bits = int(parsed), parsed.max_prefixlen
        return any(
            version == parsed.version and number >> (bits - length) in networks
            for (version, length), networks in self._by_length.items()
        )

    @classmethod
    def read(cls, files: Iterable[Path]) -> Networks:
        """Read files with an address or a network a line; `#` and `;` begin a comment.

        Raises:
            ConfigError: a file cannot be read, or a line is neither; with both.
        """
        texts: list[str] = []
        for file in files:
            try:
                with file.open(encoding="utf-8") as lines:
                    for number, line in enumerate(lines, 1):
                        text = line.partition("#")[0].partition(";")[0].strip()
                        if text:
                            _try(text, file, number)
                            texts.append(text)
                        if number > _MOST:
                            raise ConfigError(f"{file}: more than {_MOST:,} lines")
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(f"{file}: it cannot be read: {error}") from None
        return cls(texts)


def _try(text: str, file: Path, number: int) -> None:
    try:
        ip_network(text, strict=False)
    except ValueError:
        raise ConfigError(
            f"{file}, line {number}: {text[:60]!r} is no address and no network; write 192.0.2.0/24"
        ) from None
