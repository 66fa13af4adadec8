"""Verdicts for people: the full address, and under it what differs from the one that was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.core.errors import AddressError
    from missent.core.verdict import RecipientVerdict

_COLOURS = {"allow": "32", "warn": "33", "hold": "35", "block": "31"}
_WIDTH = 7  # of the column of actions
_INDENT = " " * _WIDTH
_MEANT = "did you mean "


class Printer:
    """Makes the lines of a verdict, with colours or with marks."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour

    def verdict(self, verdict: RecipientVerdict) -> str:
        """The lines for one recipient."""
        action = str(verdict.action)
        lead = self._paint(f"{action:<{_WIDTH}}", _COLOURS[action])
        typed = _shown(verdict.recipient.address)
        meant = [_shown(address) for address in verdict.did_you_mean]
        marks = differences(typed, meant[0])[0] if meant else [False] * len(typed)
        lines = [f"{lead}{self._marked(typed, marks)}{_wire(verdict.recipient.address)}"]
        lines += self._carets("", marks)
        for one in meant:
            marks = differences(typed, one)[1]
            lines.append(f"{_INDENT}{_MEANT}{self._marked(one, marks)}?")
            lines += self._carets(" " * len(_MEANT), marks)
        for finding in verdict.findings:
            percent = int(100 * finding.probability)  # never rounded up to certainty
            lines.append(f"{_INDENT}{finding.code} {percent}%: {printable(finding.summary)}")
        if verdict.excepted:
            over = verdict.excepted
            told = f"an exception lets it pass: {over.reason}; {over.owner} answers for it."
            lines.append(f"{_INDENT}{printable(told)}")
        lines += [f"{_INDENT}{e.code} failed: {printable(e.reason)}" for e in verdict.errors]
        return "\n".join(lines)

    def no_address(self, error: AddressError) -> str:
        """The line for a text that is no address."""
        return self._paint(f"{'error':<{_WIDTH}}", "31") + printable(str(error))

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text

    def _marked(self, text: str, marks: list[bool]) -> str:
        if not self._colour:
            return text
        return "".join(f"\x1b[1;4m{c}\x1b[0m" if m else c for c, m in zip(text, marks, strict=True))

    def _carets(self, lead: str, marks: list[bool]) -> list[str]:
        if self._colour or not any(marks):
            return []
        return [(_INDENT + lead + "".join("^" if m else " " for m in marks)).rstrip()]


def _shown(address: Address) -> str:
    """The address in U-labels, as people read it."""
    local = str(address).rpartition("@")[0]
    return printable(f"{local}@{address.domain.unicode}")


def _wire(address: Address) -> str:
    """The domain as it travels, where it differs from what is shown."""
    name = address.domain.name
    return "" if address.domain.unicode == name else f"  ({name})"


def differences(typed: str, meant: str) -> tuple[list[bool], list[bool]]:
    """Which characters of each are not in the other at that place."""
    from difflib import SequenceMatcher  # noqa: PLC0415  slow, and seldom needed

    in_typed = [False] * len(typed)
    in_meant = [False] * len(meant)
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, typed, meant, autojunk=False).get_opcodes():
        if tag != "equal":
            in_typed[i1:i2] = [True] * (i2 - i1)
            in_meant[j1:j2] = [True] * (j2 - j1)
    return in_typed, in_meant


def printable(text: str) -> str:
    """The text with everything escaped that a terminal would act on instead of showing."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


def remark(line: str) -> None:
    """Say something on standard error that is no finding."""
    click.echo(printable(line), err=True)
