"""The arguments of MAIL and RCPT: a path in angle brackets, then parameters (RFC 5321 4.1.2)."""

from __future__ import annotations

import re

from missent.core.address import Address
from missent.core.errors import AddressError
from missent.smtp.events import Extensions, Mail, Rcpt
from missent.smtp.replies import Reply

# A source route is read and dropped (RFC 5321 appendix C). Blanks after the colon are wrong, and
# so common that every server takes them.
_PATH = re.compile(
    r"""
    [ ]* <
    (?: @[^\s<>:,"]+ (?: ,@[^\s<>:,"]+ )* : )?
    (?P<mailbox> (?: "(?:[^"\\]|\\.)*" | [^\s<>"] )* )
    > (?: [ ]+ (?P<parameters> .* ) )?
    """,
    re.VERBOSE,
)
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([^\x00-\x20=\x7f]+))?")
_SIZE = re.compile(r"[0-9]{1,20}")  # RFC 1870 3
_SHOWN = 80  # code points of a bad address in a reply

TOO_LARGE = Reply(552, "5.3.4", ("the message is too large; not sent",))
_NEEDS_UTF8 = Reply(553, "5.6.7", ("an address like this needs SMTPUTF8; not sent",))


class Refused(Exception):  # noqa: N818  it is an answer, not an error
    """A command that is answered at once, without asking anybody.

    Attributes:
        reply: the answer.
        fault: whether it was ill-formed or out of order, and counts against the client.
    """

    def __init__(self, reply: Reply, *, fault: bool = False) -> None:
        super().__init__(str(reply))
        self.reply = reply
        self.fault = fault


def fault(code: int, enhanced: str, text: str) -> Refused:
    """An ill-formed or misplaced command."""
    return Refused(Reply(code, enhanced, (text,)), fault=True)


def read_mail(argument: str, offered: Extensions, *, extended: bool) -> Mail:
    """Read what follows MAIL.

    Args:
        argument: `FROM:<mailbox> KEY=VALUE ...`.
        offered: the extensions whose parameters may be used.
        extended: whether the client said EHLO; without, there are no parameters.

    Raises:
        Refused: it is ill-formed, too large, or its address is none.
    """
    mailbox, given = _path(argument, "FROM:")
    if given and not extended:
        raise fault(555, "5.5.4", "parameters need EHLO")
    mail = _parameters(given, offered)
    if mail.size is not None and mail.size > offered.size:
        raise Refused(TOO_LARGE)
    if not mailbox:
        return mail
    if not mailbox.isascii() and not mail.smtputf8:
        raise Refused(_NEEDS_UTF8)
    return Mail(_address(mailbox, "5.1.7"), mail.size, mail.eight_bit, mail.smtputf8)


def read_rcpt(argument: str, hostname: str, *, smtputf8: bool) -> Rcpt:
    """Read what follows RCPT.

    Args:
        argument: `TO:<mailbox>`.
        hostname: the domain of `<postmaster>`, the one mailbox without any (RFC 5321 4.1.1.3).
        smtputf8: whether MAIL had SMTPUTF8.

    Raises:
        Refused: it is ill-formed, or its address is none.
    """
    mailbox, given = _path(argument, "TO:")
    if given:
        raise fault(555, "5.5.4", f"{next(iter(given))} is not understood here")
    if not mailbox.isascii() and not smtputf8:
        raise Refused(_NEEDS_UTF8)
    if mailbox.lower() == "postmaster":
        mailbox = f"postmaster@{hostname}"
    return Rcpt(_address(mailbox, "5.1.3"))


def _path(argument: str, keyword: str) -> tuple[str, dict[str, str]]:
    """The mailbox as written, "" for the null sender; and the parameters, keys in upper case."""
    if argument[: len(keyword)].upper() != keyword:
        raise fault(501, "5.5.4", f"write {keyword}<address>")
    found = _PATH.fullmatch(argument, len(keyword))
    if not found:
        raise fault(501, "5.5.4", f"write the address in angle brackets, {keyword}<address>")
    if not found["parameters"]:
        return found["mailbox"], {}
    parameters: dict[str, str] = {}
    for word in found["parameters"].split():
        parameter = _PARAMETER.fullmatch(word)
        if not parameter:
            raise fault(501, "5.5.4", "a parameter is KEY or KEY=VALUE")
        key = parameter[1].upper()
        if key in parameters:
            raise fault(501, "5.5.4", f"{key} is given twice")
        parameters[key] = parameter[2] or ""
    return found["mailbox"], parameters


def _parameters(given: dict[str, str], offered: Extensions) -> Mail:
    size: int | None = None
    eight_bit = smtputf8 = False
    for key, value in given.items():
        if key == "SIZE" and _SIZE.fullmatch(value):
            size = int(value)
        elif key == "BODY" and value.upper() == "7BIT":
            continue
        elif key == "BODY" and value.upper() == "8BITMIME" and offered.takes_eight_bit:
            eight_bit = True
        elif key == "AUTH" and value and offered.auth:
            continue  # who wrote it first (RFC 4954 5): nobody whom we trust says so
        elif key == "SMTPUTF8" and not value and offered.smtputf8:
            smtputf8 = True
        else:
            raise fault(555, "5.5.4", f"{key} is not understood here")
    return Mail(None, size, eight_bit, smtputf8)


def _address(mailbox: str, enhanced: str) -> Address:
    try:
        return Address.parse(mailbox)
    except AddressError as error:
        shown = mailbox if len(mailbox) <= _SHOWN else mailbox[: _SHOWN - 3] + "..."
        where = f"(character {error.position + 1})"
        text = f"<{shown}>: not sent; {error.reason} {where}"
        raise Refused(Reply(553, enhanced, (text,))) from None
