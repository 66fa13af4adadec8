"""The manual pages of the checks, made from the checks themselves."""

from __future__ import annotations

import inspect
import re
from dataclasses import MISSING, Field, dataclass, fields
from typing import TYPE_CHECKING, Any

from missent.checks import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.core.check import Check

_SECTION = re.compile(r"^(Attributes|Example|Examples):\n((?:(?: {4}.*)?\n)+)", re.MULTILINE)
_ENTRY = re.compile(r"^ {4}(\w+): ((?:.*)(?:\n {8}.*)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """One check's page.

    Attributes:
        code: the permanent code.
        title: its docstring's first sentence, without the full stop.
        markdown: the whole page.
    """

    code: str
    title: str
    markdown: str


def pages() -> tuple[Page, ...]:
    """Every check's page, by code."""
    return tuple(sorted(map(_page, ALL), key=lambda page: page.code))


def _page(check: type[Check]) -> Page:
    code = str(check().code)
    doc = inspect.getdoc(check) or ""
    head, _, rest = doc.partition("\n")
    title = head.strip().rstrip(".")
    described = dict(_attributes(rest + "\n"))
    body = _SECTION.sub("", rest + "\n").strip()
    parts = [f"# {code}: {title}", body]
    options = [field for field in fields(check) if field.init]  # type: ignore[arg-type]
    if options:
        rows = "\n".join(_row(field, described.get(field.name, "")) for field in options)
        parts.append(f"## Options\n\n{rows}")
    return Page(code, title, "\n\n".join(filter(None, parts)) + "\n")


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    for section in _SECTION.finditer(text):
        if section[1] == "Attributes":
            for entry in _ENTRY.finditer(section[2]):
                yield entry[1], " ".join(entry[2].split())


def _row(field: Field[Any], text: str) -> str:
    plain = isinstance(field.default, bool | int | float | str)
    default = f" Default: `{field.default}`." if field.default is not MISSING and plain else ""
    return f"- `{field.name}`: {text}{default}"
