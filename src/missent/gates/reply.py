"""What a sender reads when a recipient is refused: the same words from every gate.

The text often comes back inside a bounce, wrapped at 80 columns after "said:", so the address that
was meant stands within the first 100 characters, and nothing is left for a second line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.smtp.replies import Reply

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.core.finding import Finding
    from missent.core.verdict import RecipientVerdict

_EARLY = 100  # characters within which the meant address ends, where it is short enough
_OCTETS = 510  # RFC 5321 4.5.3.1.5, without CR LF
_SURE = 0.5  # a finding below this does not choose the code
_ALTERNATIVES = 3
_SHORTEST_RECIPIENT = 24
_LONGEST_RECIPIENT = 200

UNDECIDED = Reply(451, "4.3.0", ("could not be checked in time; try again later",))


def refusal(verdict: RecipientVerdict, *, smtputf8: bool = False) -> Reply:
    """Say that this recipient was refused, which one was probably meant, and why.

    Args:
        verdict: of the refused recipient.
        smtputf8: whether the client reads UTF-8; A-labels are shown otherwise.

    Returns:
        One line within 512 octets, ASCII unless `smtputf8`: `550 5.7.1 <gen@army.ml>: not sent;
        did you mean <gen@army.mil>? ... [T101]`.
    """
    code, enhanced = _status(verdict.findings)
    before = len(f"{code} {enhanced} ")
    meant = [_shown(a, smtputf8=smtputf8) for a in verdict.did_you_mean[:_ALTERNATIVES]]
    recipient = _shown(verdict.recipient.address, smtputf8=smtputf8)
    text = _head(recipient, meant, _EARLY - before)
    lead = _lead(verdict.findings)
    if lead is not None:
        text = _with_reason(text, lead, _OCTETS - before, smtputf8=smtputf8)
    return Reply(code, enhanced, (text,))


def _status(findings: tuple[Finding, ...]) -> tuple[int, str]:
    """The codes of RFC 3463 and RFC 7505; never 5.1.1, by which address books are purged."""
    codes = {f.code for f in findings if f.probability >= _SURE}
    if "X901" in codes:  # an explicit rule speaks for itself
        return 550, "5.7.1"
    if "R301" in codes:
        return 556, "5.1.10"
    if codes & {"T102", "R302"}:
        return 550, "5.1.2"
    return 550, "5.7.1"


def _lead(findings: tuple[Finding, ...]) -> Finding | None:
    """The strongest finding that knows better, or else the strongest."""
    knowing = (f for f in findings if f.did_you_mean)
    return next(knowing, findings[0] if findings else None)


def _head(recipient: str, meant: list[str], early: int) -> str:
    recipient = _shortened(recipient, _LONGEST_RECIPIENT)
    if not meant:
        return f"<{recipient}>: not sent"
    best = f"did you mean <{meant[0]}>"
    room = early - len(f"<>: not sent; {best}")
    if room >= _SHORTEST_RECIPIENT:
        recipient = _shortened(recipient, room)
    lead = f"<{recipient}>: not sent; " if len(recipient) <= room else "not sent; "
    text = f"{lead}{best}"
    for other in meant[1:]:
        if len(text) + len(other) > _LONGEST_RECIPIENT:
            break
        text += f" or <{other}>"
    return f"{text}?"


def _with_reason(text: str, finding: Finding, octets: int, *, smtputf8: bool) -> str:
    code = f" [{finding.code}]"
    joint = " " if text.endswith("?") else "; "
    room = octets - len(f"{text}{joint}{code}".encode())
    summary = _cut(" ".join(finding.summary.split()), room, smtputf8=smtputf8)
    return f"{text}{joint}{summary}{code}" if summary else f"{text}{code}"


def _shown(address: Address, *, smtputf8: bool) -> str:
    text = str(address)
    if not smtputf8:
        return text.encode("ascii", "backslashreplace").decode("ascii")
    return text.removesuffix(address.domain.name) + address.domain.unicode


def _shortened(address: str, length: int) -> str:
    """Leave out of the middle, so that the domain stays, where the slip is."""
    if len(address) <= length:
        return address
    return f"{address[:8]}...{address[11 - length :]}"


def _cut(text: str, octets: int, *, smtputf8: bool) -> str:
    """As much of the text, by words, as goes into so many octets."""
    encoding = "utf-8" if smtputf8 else "ascii"
    encoded = text.encode(encoding, "backslashreplace")
    if len(encoded) > octets:
        end = encoded.rfind(b" ", 0, max(octets - 2, 0))
        encoded = encoded[:end] + b"..." if end > 0 else b""
    return encoded.decode(encoding)
