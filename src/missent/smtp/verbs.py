"""A command line as a verb and its argument, and which verbs there are."""

from __future__ import annotations

from missent.smtp.arguments import Refused, fault

# RFC 2920 3.1: what may only be the last command of a group
LAST = frozenset({"HELO", "EHLO", "DATA", "VRFY", "EXPN", "TURN", "NOOP", "STARTTLS", "AUTH"})
KNOWN = frozenset({"AUTH", "ATRN", "ETRN", "EXPN", "SAML", "SEND", "SOML", "STARTTLS", "TURN"})
# What follows these is content, or another protocol altogether: nothing after them can be read as
# commands without doing what somebody else planned.
FATAL = frozenset({"BDAT", "BURL", "CONNECT", "GET", "HEAD", "OPTIONS", "POST", "PUT", "XCLIENT"})


def words(line: bytes) -> tuple[str, str]:
    """Cut a line, without its CR LF, into the verb in upper case and the rest.

    Raises:
        Refused: it is no text.
    """
    try:
        text = line.decode("utf-8").rstrip(" \t")
    except UnicodeDecodeError:
        raise fault(500, "5.5.2", "neither ASCII nor UTF-8") from None
    if not text.isprintable():
        raise fault(500, "5.5.2", "a control character in a command")
    verb, _, argument = text.partition(" ")
    return verb.upper(), argument


def unknown(verb: str) -> Refused:
    """The answer to a verb that is not done here."""
    if verb in KNOWN:
        return fault(502, "5.5.1", "not offered here")
    return fault(500, "5.5.2", "unknown command")


def no_argument(verb: str, argument: str) -> None:
    """Refuse an argument where none belongs.

    Raises:
        Refused: there is one.
    """
    if argument:
        raise fault(501, "5.5.4", f"{verb} takes no argument")
