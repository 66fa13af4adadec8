"""Whom nobody asks or tells anything: programs. RFC 3834 2 and 5, RFC 2919, RFC 2369."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from missent.core.address import Address

_BULK = {"bulk", "list", "junk"}
_PROGRAMS = ("owner-", "bounce-", "bounces-", "mailer-daemon", "noreply", "no-reply")
_PROGRAM_ENDS = ("-request", "-owner", "-bounces")


def is_program(sender: Address | None) -> bool:
    """Whether a reverse-path is a program's, as far as its name tells."""
    if sender is None:
        return True
    local = sender.local.lower()
    return local.startswith(_PROGRAMS) or local.endswith(_PROGRAM_ENDS)


def is_automatic(sender: Address | None, header: Mapping[str, str]) -> bool:
    """Whether a program sent this message, so that nobody would read an answer.

    Args:
        sender: the reverse-path.
        header: its header fields, names in lower case.
    """
    if is_program(sender):
        return True
    if header.get("auto-submitted", "no").partition(";")[0].strip().lower() != "no":
        return True
    if header.get("precedence", "").strip().lower() in _BULK:
        return True
    return "x-auto-response-suppress" in header or any(n.startswith("list-") for n in header)
