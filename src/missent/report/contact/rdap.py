"""Whom the registration data name for abuse: RDAP (RFC 9083), found by its bootstrap (RFC 9224).

Read by hand: what whoisit and whodap fetch has no bound, and they follow links that answers name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from missent.core.facts import Unknown
from missent.report.contact.security_txt import mailbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.report.contact.fetch import Web

BOOTSTRAP = "https://data.iana.org/rdap/dns.json"
_ROOT = "https://rdap.iana.org/"  # knows the top-level domains themselves
_ROLES = ("abuse", "technical", "administrative", "registrant")
_DEEP = 4  # entities within entities


async def mailboxes(domain: str, web: Web, bootstrap: str = BOOTSTRAP) -> list[str] | Unknown:
    """The addresses of a domain's contacts: for abuse, then the others by their use.

    Args:
        domain: a registrable domain or a top-level domain, in A-labels.
        web: fetches.
        bootstrap: which registry answers for which top-level domain.
    """
    said = await registration(domain, web, bootstrap)
    return said if isinstance(said, Unknown) else _by_role(said or {})


async def registration(
    domain: str, web: Web, bootstrap: str = BOOTSTRAP
) -> dict[str, Any] | Unknown | None:
    """What the registry says of a domain, as JSON; None where it knows no such domain."""
    servers: list[str] | Unknown = [_ROOT]
    if "." in domain:
        servers = await _servers(domain.rpartition(".")[2], web, bootstrap)
    if isinstance(servers, Unknown):
        return servers
    doubt: Unknown | None = None
    for server in servers:
        said = await web.fetch_json(
            f"{server.rstrip('/')}/domain/{domain}", "application/rdap+json, application/json"
        )
        if isinstance(said, Unknown):
            doubt = said
        elif said is not None:
            return said
    return doubt


async def _servers(suffix: str, web: Web, bootstrap: str) -> list[str] | Unknown:
    said = await web.fetch_json(bootstrap, "application/json")
    if said is None or isinstance(said, Unknown):
        return said or Unknown(f"{bootstrap}: there is no such file")
    for service in _list(said.get("services")):
        names, urls = [*_list(service), [], []][:2]
        if suffix in _list(names):
            return [url for url in _list(urls) if isinstance(url, str)]
    return Unknown(f"no RDAP server is known for .{suffix}")


def _by_role(said: dict[str, Any]) -> list[str]:
    found = list(_entities(said, 0))
    ranked = [address for role in _ROLES for roles, address in found if role in roles]
    return list(dict.fromkeys(ranked))


def _entities(said: dict[str, Any], depth: int) -> Iterator[tuple[list[Any], str]]:
    for entity in _list(said.get("entities")):
        if not isinstance(entity, dict):
            continue
        roles = _list(entity.get("roles"))
        for address in _addresses(entity.get("vcardArray")):
            yield roles, address
        if depth < _DEEP:
            yield from _entities(entity, depth + 1)


def _addresses(card: Any) -> Iterator[str]:
    """The addresses of a jCard (RFC 7095): `["vcard", [["email", {}, "text", "a@b"], ...]]`."""
    rows = _list(card)[1:2]
    for row in _list(rows[0]) if rows else ():
        cells = _list(row)
        if len(cells) > 3 and cells[0] == "email" and isinstance(cells[3], str):  # noqa: PLR2004
            address = mailbox(cells[3])
            if address:
                yield address


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
