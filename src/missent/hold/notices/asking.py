"""The notice that asks a sender what shall become of a held message."""

from __future__ import annotations

from html import escape
from textwrap import fill
from typing import TYPE_CHECKING

from missent.hold.notices import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.hold.held import Held
    from missent.hold.notices.words import Marked, Question

_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:36em;margin:1em auto;padding:0 1em}"
    "code{font:15px monospace;overflow-wrap:anywhere}mark{font-weight:bold}"
    "a{display:inline-block;padding:.4em 0}"
)
_WIDTH = 76
_NOTHING = "Nothing is sent there until you choose."


def text(held: Held, about: Sequence[Question], subject: str, base: str, *, reply: bool) -> str:
    """The notice as plain text.

    Args:
        held: the message.
        about: what is asked.
        subject: the message's own.
        base: what the links begin with; "" for none.
        reply: whether an answer by mail reaches us.
    """
    lines = [fill(_opening(held, subject), _WIDTH), ""]
    for question in about:
        lines += [f"  {question.typed.text}", *_under(question.typed)]
        if question.meant is not None:
            lines += ["Did you mean this one?", "", f"  {question.meant.text}"]
            lines += _under(question.meant)
        lines += [fill(f"Why: {reason}", _WIDTH) for reason in question.reasons]
        if question.review:
            lines.append("Your organisation lets a reviewer decide about it.")
        lines.append("")
        if base:
            for option in question.options:
                lines += [f"* {option.label}:", f"  {base}{option.token}"]
            lines.append("")
    lines.append(fill(f"{_NOTHING} {_end(held)}", _WIDTH))
    if reply:
        lines += ["", *_by_reply(about)]
    return "\n".join(lines) + "\n"


def html(held: Held, about: Sequence[Question], subject: str, base: str, *, reply: bool) -> str:
    """The same as HTML, which loads nothing from anywhere."""
    parts = [f"<p>{escape(_opening(held, subject))}</p>"]
    for question in about:
        parts.append(f"<p><code>{_html(question.typed)}</code></p>")
        if question.meant is not None:
            parts.append(
                f"<p>Did you mean this one?</p><p><code>{_html(question.meant)}</code></p>"
            )
        parts += [f"<p>Why: {_coded(reason)}</p>" for reason in question.reasons]
        if question.review:
            parts.append("<p>Your organisation lets a reviewer decide about it.</p>")
        if base:
            links = (
                f'<li><a href="{escape(base + option.token)}">{escape(option.label)}</a></li>'
                for option in question.options
            )
            parts.append(f"<ul>{''.join(links)}</ul>")
    parts.append(f"<p>{_NOTHING} {escape(_end(held))}</p>")
    if reply:
        parts.append(f"<p>{escape(' '.join(_by_reply(about)))}</p>")
    head = f'<meta charset="utf-8"><title>Held</title><style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n' + "\n".join(
        (*parts, "</body></html>\n")
    )


def _opening(held: Held, subject: str) -> str:
    named = f' "{subject}"' if subject else ""
    many = "these addresses" if len(held.recipients) > 1 else "this address"
    return (
        f"Your message{named} of {words.moment(held.at)} was not sent to {many} yet. "
        "Its other recipients, if it had any, have it."
    )


def _end(held: Held) -> str:
    return f"After {words.moment(held.expires)} it is given up, and you are told."


def _by_reply(about: Sequence[Question]) -> list[str]:
    words_ = []
    if all(question.meant is not None for question in about):
        words_.append("INSTEAD (send it to the address meant)")
    if not any(question.review for question in about):
        words_.append("SEND (the address is right)")
    words_.append("DISCARD (do not send it)")
    return [
        "Or answer this mail with one word in its first line, or as its subject:",
        f"{', '.join(words_)}.",
    ]


def _under(marked: Marked) -> list[str]:
    return [f"  {marked.carets}", ""] if marked.carets else [""]


def _html(marked: Marked) -> str:
    return "".join(
        f"<mark>{escape(c)}</mark>" if mark else escape(c)
        for c, mark in zip(marked.text, marked.marks, strict=True)
    )


def _coded(text: str) -> str:
    return "".join(
        f"<code>{escape(piece)}</code>" if code else escape(piece)
        for piece, code in words.coded(text)
    )
