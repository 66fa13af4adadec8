"""What to publish in the DNS for a lookalike that one owns, as lines of a zone file."""

from __future__ import annotations

from urllib.parse import quote

from missent.core.address import Address, Domain
from missent.core.errors import AddressError, ConfigError

_TTL = 3600
_DEAD = "v=spf1 -all"


def records(name: str, sinkhole: str = "", reports: str = "") -> str:
    """The records.

    Args:
        name: the lookalike.
        sinkhole: the host name of a sinkhole that takes the connections; "" for a null MX, at
            which no sender even connects.
        reports: where DMARC reports go; "" for nowhere.

    Raises:
        ConfigError: a name is no domain, or `reports` no address.
    """
    domain, host = _domain(name), _domain(sinkhole) if sinkhole else ""
    below = f"*.{domain}"
    policy = "v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s"
    policy += f"; rua=mailto:{_address(reports)}" if reports else ""
    if host:
        why = "Mail is refused by the sinkhole at RCPT, and its sender is told what was meant."
        mail = [(domain, f"10 {host}."), (below, f"10 {host}.")]
    else:
        why = "No mail is accepted (RFC 7505): senders learn of it at once, and nothing is sent."
        mail = [(domain, "0 ."), (below, "0 .")]
    rows = [(owner, "MX", data) for owner, data in mail]
    rows += [(domain, "TXT", f'"{_DEAD}"'), (below, "TXT", f'"{_DEAD}"')]
    rows += [(f"_dmarc.{domain}", "TXT", f'"{policy}"')]
    width = max(len(owner) for owner, _, _ in rows) + 1
    lines = [f"; {why}", "; Nobody may send mail as this name (RFC 7208, RFC 7489)."]
    lines += [f"{owner + '.':<{width}} {_TTL} IN {kind:<3} {data}" for owner, kind, data in rows]
    return "\n".join(lines) + "\n"


def _address(text: str) -> str:
    """An address as it stands in a URI (RFC 6068), and so within the quotes of a TXT record."""
    try:
        local, _, domain = str(Address.parse(text)).rpartition("@")
    except AddressError as error:
        raise ConfigError(f"{text!r} is no address: {error.reason}; write d@corp.example") from None
    return f"{quote(local)}@{domain}"


def _domain(text: str) -> str:
    try:
        return Domain.parse(text.strip()).name
    except AddressError as error:
        raise ConfigError(f"{text!r} is no domain: {error.reason}; write army.ml") from None
