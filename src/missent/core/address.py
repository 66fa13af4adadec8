"""Address and Domain: parsed once, normalised once.

RFC 5321 4.1.2 for the envelope's grammar, RFC 6531 for UTF-8 in it, RFC 5890 for A-labels.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from missent.core import suffixes
from missent.core.errors import AddressError

_PLAIN = re.compile(r"([a-z0-9_+'&=/-]+(?:\.[a-z0-9_+'&=/-]+)*)@([a-z0-9-]+(?:\.[a-z0-9-]+)+)")
_SIMPLE = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_ATOM_REFUSED = re.compile(r"[\x00-\x20\x7f()<>\[\]:;@\\,\"]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LABEL_REFUSED = re.compile(r"[^a-z0-9_-]")
_LITERAL_REFUSED = re.compile(r"[^\x21-\x5a\x5e-\x7e]")
_TAG = re.compile(r"[A-Za-z0-9-]*[A-Za-z0-9]")
_DOTS = re.compile("[\u3002\uff0e\uff61]")
_LOCAL_OCTETS = 64  # RFC 5321 4.5.3.1.1
_DOMAIN_OCTETS = 253  # RFC 1035 2.3.4: 255 on the wire, with the lengths of the labels and the root
_LONGEST = 1024  # no spelling of a name or local part is longer: bounds the work on hostile input
_LABEL_OCTETS = 63  # RFC 1035 2.3.4


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain name, or an address literal in its place.

    Attributes:
        name: A-labels in lower case without a trailing dot; a literal keeps its brackets.
    """

    name: str

    @classmethod
    def parse(cls, text: str) -> Domain:
        """Read a domain in any of its spellings; U-label and A-label forms become equal.

        Raises:
            AddressError: no mail domain can be spelled like this.
        """
        return _parse_domain(text)

    @property
    def is_literal(self) -> bool:
        """Whether it is an address literal, `[192.0.2.1]` (RFC 5321 4.1.3)."""
        return self.name.startswith("[")

    @property
    def parts(self) -> suffixes.Parts:
        """The name cut at its public suffix; an address literal is all suffix, of no list."""
        name = self.name
        if name[0] == "[":
            return suffixes.Parts("", "", name, known=False)
        return suffixes.split(name)

    @property
    def suffix(self) -> str:
        """The public suffix; the last label where the list knows none."""
        return self.parts.suffix

    @property
    def registrable(self) -> str:
        """The registrable domain, "" where the name is itself a public suffix."""
        return self.parts.registrable

    @property
    def unicode(self) -> str:
        """The name in U-labels, for people to read."""
        if "xn--" not in self.name:
            return self.name
        return ".".join(map(_u_label, self.name.split(".")))

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox, `local part @ domain`.

    Attributes:
        local: the local part as written, without quotes and escapes, in Unicode form C.
        domain: the domain, normalised.
        key: what two spellings of the same mailbox share; compare and store by this.
    """

    local: str
    domain: Domain
    key: str

    @classmethod
    def parse(cls, text: str, *, lenient: bool = False) -> Address:
        """Read an address such as `gen@army.mil` or `"a b"@[192.0.2.1]`.

        Args:
            text: the address without angle brackets and display name; outer blanks are dropped.
            lenient: accept dots at the edges of the local part and in a row, as old mail has them.

        Raises:
            AddressError: it is none; with the place and the reason.
        """
        plain = _PLAIN.fullmatch(text)
        if plain and len(plain[1]) <= _LOCAL_OCTETS:
            try:
                return cls(plain[1], _parse_domain(plain[2]), text)
            except AddressError as error:
                raise AddressError(text, plain.end(1) + 1 + error.position, error.reason) from None
        return _parse_address(text, lenient=lenient)

    @classmethod
    def of(cls, local: str, domain: str) -> Address:
        """Put together a local part and a domain that are normalised already."""
        return cls(local, Domain(domain), f"{_fold(local)}@{domain}")

    def at(self, domain: str) -> Address:
        """The same local part at another (normalised) domain."""
        return Address.of(self.local, domain)

    def __str__(self) -> str:
        return f"{self._quoted_local()}@{self.domain.name}"

    def _quoted_local(self) -> str:
        dots = self.local.startswith(".") or self.local.endswith(".") or ".." in self.local
        plain = self.local == self.local.strip() and not _ATOM_REFUSED.search(self.local)
        if self.local and plain and not dots:
            return self.local
        escaped = self.local.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'


def _fold(local: str) -> str:
    """A local part without the differences that no mail system makes (Unicode 3.13, D145)."""
    if local.isascii():
        return local.lower()
    return unicodedata.normalize("NFC", local.casefold())


@lru_cache(maxsize=4096)
def _u_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    import idna  # noqa: PLC0415  slow, and seldom needed

    try:
        return idna.ulabel(label)
    except (idna.IDNAError, UnicodeError):  # an A-label of IDNA 2003, such as an emoji: it exists
        return label


@lru_cache(maxsize=65536)
def _parse_domain(text: str) -> Domain:
    if len(text) <= _LABEL_OCTETS and _SIMPLE.fullmatch(text):
        return Domain(text)  # as nearly all are
    if len(text) > _LONGEST:
        raise AddressError(text, _LONGEST, "the domain is longer than 253 octets")
    if text.startswith("["):
        return Domain(_literal(text))
    labels = _DOTS.sub(".", text).split(".")
    if len(labels) > 1 and not labels[-1]:
        labels.pop()
    names: list[str] = []
    position = 0
    for label in labels:
        names.append(_a_label(text, position, label))
        position += len(label) + 1
    name = ".".join(names)
    if len(name) > _DOMAIN_OCTETS:
        raise AddressError(text, _DOMAIN_OCTETS, "the domain is longer than 253 octets")
    return Domain(name)


def _a_label(text: str, position: int, label: str) -> str:
    if not label:
        reason = "two dots in a row in the domain" if position else "the domain starts with a dot"
        raise AddressError(text, position, reason if text else "the domain is missing")
    exact = label.isascii()
    name = label.lower() if exact else _encode(text, position, label)
    fault = _fault(name)
    if fault is not None:
        place, reason = fault  # within a mapped label no place means anything but its start
        raise AddressError(text, position + place if exact else position, reason)
    return name


def _fault(name: str) -> tuple[int, str] | None:
    refused = _LABEL_REFUSED.search(name)
    if refused:
        return refused.start(), f"{refused[0]!r} cannot stand in a domain"
    if name[0] == "-" or name[-1] == "-":  # RFC 5321 4.1.2
        return 0 if name[0] == "-" else len(name) - 1, "a label neither starts nor ends with '-'"
    if len(name) > _LABEL_OCTETS:
        return _LABEL_OCTETS, "a label is longer than 63 octets"
    return None


def _encode(text: str, position: int, label: str) -> str:
    import idna  # noqa: PLC0415  slow, and seldom needed

    try:
        mapped = idna.uts46_remap(label, std3_rules=False, transitional=False)
        if not mapped:
            raise AddressError(text, position, "a label of characters that are ignored")
        if mapped.isascii():
            return mapped.lower()
        return idna.alabel(mapped.lower()).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise AddressError(text, position, f"no valid U-label: {error}") from None


def _literal(text: str) -> str:
    from ipaddress import AddressValueError, IPv4Address, IPv6Address  # noqa: PLC0415  seldom needed

    if not text.endswith("]"):
        raise AddressError(text, len(text), "an address literal ends with ']'")
    inner = text[1:-1]
    try:
        if inner[:5].lower() == "ipv6:" and "%" not in inner:
            ip = IPv6Address(inner[5:])
            # Python 3.13 writes mapped addresses in another way than those before it.
            return f"[IPv6:::ffff:{ip.ipv4_mapped}]" if ip.ipv4_mapped else f"[IPv6:{ip}]"
        if ":" not in inner:
            return f"[{IPv4Address(inner)}]"
    except AddressValueError:
        raise AddressError(text, 1, "no IP address in the literal") from None
    tag, _, content = inner.partition(":")
    if not _TAG.fullmatch(tag) or tag.lower() == "ipv6" or not content:
        raise AddressError(text, 1, "no address literal of RFC 5321 4.1.3")
    refused = _LITERAL_REFUSED.search(content)
    if refused:
        raise AddressError(text, len(tag) + 2 + refused.start(), f"{refused[0]!r} in a literal")
    return f"[{tag.lower()}:{content}]"


def _parse_address(text: str, *, lenient: bool) -> Address:
    bare = text.strip()
    if not bare:
        raise AddressError(text, 0, "it is empty")
    if len(bare) > _LONGEST:
        raise AddressError(text, _LONGEST, "it is longer than any address can be")
    try:
        return _mailbox(bare, lenient=lenient)
    except AddressError as error:
        offset = len(text) - len(text.lstrip())
        raise AddressError(text, offset + error.position, error.reason) from None


def _mailbox(bare: str, *, lenient: bool) -> Address:
    if bare.startswith('"'):
        local, end = _quoted(bare)
    else:
        end = bare.rfind("@[") if bare.endswith("]") else -1
        end = bare.rfind("@") if end < 0 else end
        if end < 0:
            raise AddressError(bare, len(bare), "there is no '@'")
        local = _dot_atom(bare, end, lenient=lenient)
    local = unicodedata.normalize("NFC", local)
    if len(local.encode()) > _LOCAL_OCTETS:
        raise AddressError(bare, min(_LOCAL_OCTETS, end), "the local part is longer than 64 octets")
    try:
        domain = _parse_domain(bare[end + 1 :])
    except AddressError as error:
        raise AddressError(bare, end + 1 + error.position, error.reason) from None
    return Address(local, domain, f"{_fold(local)}@{domain.name}")


def _dot_atom(bare: str, end: int, *, lenient: bool) -> str:
    local = bare[:end]
    if not local:
        raise AddressError(bare, 0, "the local part is missing")
    control = _CONTROL.search(local)
    if control:
        raise AddressError(bare, control.start(), "a control character in the local part")
    refused = _ATOM_REFUSED.search(local)
    if refused:
        raise AddressError(bare, refused.start(), f"{refused[0]!r} needs quotes in a local part")
    if not lenient:
        if local.startswith("."):
            raise AddressError(bare, 0, "the local part starts with a dot")
        if local.endswith("."):
            raise AddressError(bare, end - 1, "the local part ends with a dot")
        if ".." in local:
            raise AddressError(bare, local.index("..") + 1, "two dots in a row in the local part")
    return local


def _quoted(bare: str) -> tuple[str, int]:
    content: list[str] = []
    position = 1
    while position < len(bare):
        character = bare[position]
        if character == '"':
            if bare[position + 1 : position + 2] != "@":
                raise AddressError(bare, position + 1, "an '@' must follow the quoted local part")
            return "".join(content), position + 1
        if character == "\\":
            position += 1
            character = bare[position : position + 1]
        if not character:
            break
        if _CONTROL.match(character):
            raise AddressError(bare, position, "a control character in the local part")
        content.append(character)
        position += 1
    raise AddressError(bare, len(bare), "the quote is not closed")
