"""One HTML file: no script, nothing fetched. Who calls it escapes what they put in."""

from __future__ import annotations

from datetime import UTC, datetime
from difflib import SequenceMatcher
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from missent._version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missent.core.policy import Policy

NONE = '<p class="soft">None.</p>'
_SURE = 0.99  # above, it would read 100 %, which nothing is


def page(title: str, about: str, body: str, made: datetime | None = None) -> str:
    """Put a report into the frame.

    Args:
        title: its heading, as text.
        about: which mail, as text.
        body: the rest, as HTML.
        made: when; None for now.
    """
    return template("missent.audit.page", "frame.html").substitute(
        title=escape(title),
        about=escape(about),
        version=escape(__version__),
        made=(made or datetime.now(UTC)).strftime("%Y-%m-%d"),
        body=body,
    )


def template(package: str, name: str) -> Template:
    """A file of a package, with places to fill."""
    return Template(files(package).joinpath(name).read_text("utf-8"))


def tiles(given: Iterable[tuple[str, str]]) -> str:
    """Figures and what they count."""
    shown = "\n".join(f"<div><b>{escape(v)}</b>{escape(name)}</div>" for v, name in given)
    return f'<div class="tiles">\n{shown}\n</div>'


def sure(probability: float) -> str:
    """A probability for people, never a certainty."""
    return f"{min(probability, _SURE):.0%}"


def rules(policy: Policy) -> str:
    """A policy in one line."""
    return ", ".join(
        f"{r.code} from {r.probability:g}{' (protected)' if r.protected else ''}: {r.action}"
        for r in policy.rules
    )


def counted(number: int, thing: str) -> str:
    """`1 sender`, `2 senders`, `3 addresses`, `4 deliveries`."""
    if number == 1:
        return f"1 {thing}"
    if thing.endswith("y"):
        return f"{number:,} {thing[:-1]}ies"
    return f"{number:,} {thing}{'es' if thing.endswith('s') else 's'}"


def quoted(text: str) -> str:
    """A text of ours as HTML, what stands in backticks as code."""
    parts = escape(text).split("`")
    if len(parts) % 2 == 0:  # one of them is part of a name
        return escape(text)
    return "".join(f"<code>{one}</code>" if n % 2 else one for n, one in enumerate(parts))


def marked(typed: str, meant: str) -> tuple[str, str]:
    """Both texts with what differs marked."""
    left: list[str] = []
    right: list[str] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, typed, meant, autojunk=False).get_opcodes():
        for side, text in ((left, typed[i1:i2]), (right, meant[j1:j2])):
            shown = escape(text)
            side.append(f"<mark>{shown}</mark>" if text and tag != "equal" else shown)
    return "".join(left), "".join(right)
