"""What to publish in the DNS for a lookalike that one owns, as lines of a zone file."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from missent.core.address import Address, Domain
from missent.core.errors import AddressError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

_TTL = 3600
_DEAD = "v=spf1 -all"


def records(name: str, sinkhole: str = "", reports: str = "") -> str:
    """The records.

    Args:
        name: the lookalike.
        sinkhole: the host name of a sinkhole that takes the connections; "" for a null MX, at
            which no sender even connects.
        reports: where DMARC reports go; "" for nowhere. Where that is at another organisation's
            domain, a record in its zone must say that it wants them (RFC 7489 7.1): it comes last.

    Raises:
        ConfigError: a name is no domain, or `reports` no address.
    """
    owned, host = _domain(name), _domain(sinkhole).name if sinkhole else ""
    domain, below = owned.name, f"*.{owned.name}"
    policy = "v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s"
    address = _address(reports) if reports else None
    policy += f"; rua=mailto:{_in_uri(address)}" if address else ""
    if host:
        why = "Mail is refused by the sinkhole at RCPT, and its sender is told what was meant."
        mail = [(domain, f"10 {host}."), (below, f"10 {host}.")]
    else:
        why = "No mail is accepted (RFC 7505): senders learn of it at once, and nothing is sent."
        mail = [(domain, "0 ."), (below, "0 .")]
    rows = [(owner, "MX", data) for owner, data in mail]
    rows += [(domain, "TXT", f'"{_DEAD}"'), (below, "TXT", f'"{_DEAD}"')]
    rows += [(f"_dmarc.{domain}", "TXT", f'"{policy}"')]
    lines = [f"; {why}", "; Nobody may send mail as this name (RFC 7208, RFC 7489).", *_lines(rows)]
    if address and _organisation(address.domain) != _organisation(owned):
        zone = address.domain.name
        lines.append(
            f"; For the zone of {zone}: without it no report is sent there (RFC 7489 7.1)."
        )
        lines += _lines([(f"{domain}._report._dmarc.{zone}", "TXT", '"v=DMARC1"')])
    return "\n".join(lines) + "\n"


def _lines(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    width = max(len(owner) for owner, _, _ in rows) + 1
    return [f"{owner + '.':<{width}} {_TTL} IN {kind:<3} {data}" for owner, kind, data in rows]


def _organisation(domain: Domain) -> str:
    """The Organizational Domain (RFC 7489 3.2)."""
    return domain.registrable or domain.name


def _address(text: str) -> Address:
    try:
        address = Address.parse(text)
    except AddressError as error:
        raise ConfigError(f"{text!r} is no address: {error.reason}; write d@corp.example") from None
    if address.domain.is_literal:
        raise ConfigError(
            f"{text!r} is at no domain, so no report goes there; write d@corp.example"
        )
    return address


def _in_uri(address: Address) -> str:
    """An address as it stands in a URI (RFC 6068), and so within the quotes of a TXT record."""
    local, _, domain = str(address).rpartition("@")
    return f"{quote(local)}@{domain}"


def _domain(text: str) -> Domain:
    try:
        return Domain.parse(text.strip())
    except AddressError as error:
        raise ConfigError(f"{text!r} is no domain: {error.reason}; write army.ml") from None
