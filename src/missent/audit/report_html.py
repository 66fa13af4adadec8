"""The replay as one HTML file: no script, nothing fetched, every text escaped."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import SequenceMatcher
from html import escape
from importlib.resources import files
from itertools import islice
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from missent._version import __version__
from missent.audit.replay_lines import moment
from missent.audit.replay_summary import ranked
from missent.audit.report_svg import timeline

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Sequence

    from missent.audit.budget import Choice
    from missent.audit.replay_prompt import Options, Prompt
    from missent.audit.replay_summary import Summary

MOST = 2_000
_TOP = 20
_SURE = 0.99  # above, it would read 100 %, which nothing is


@dataclass(slots=True)
class Page:
    """What the report shows.

    Attributes:
        title: which mail.
        options: what was decided, and how.
        summary: the counts.
        prompts: the first of the prompts, in the order of time.
        afterwards: what only later mail shows.
        choice: what the budget bought, where there was one.
    """

    title: str
    options: Options
    summary: Summary
    prompts: Sequence[Prompt] = ()
    afterwards: Sequence[Prompt] = ()
    choice: Choice | None = None
    made: datetime = field(default_factory=lambda: datetime.now(UTC))


def write(path: Path, page: Page) -> None:
    """Write the report, whole or not at all, readable by its owner alone: it names people.

    Raises:
        OSError: the file cannot be written.
    """
    text = render(page)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def render(page: Page) -> str:
    """The report as text."""
    summary = page.summary
    template = Template(files("missent.audit").joinpath("report.html").read_text("utf-8"))
    bucket, picture = timeline(summary)
    return template.substitute(
        title=escape(page.title),
        version=escape(__version__),
        made=page.made.strftime("%Y-%m-%d"),
        tiles=_tiles(summary),
        budget=_budget(page.choice),
        bucket=bucket,
        timeline=picture,
        by_code=_table(summary.by_code),
        by_action=_table(summary.by_action),
        by_sender=_table(summary.by_sender),
        prompts=_prompts(page.prompts, summary.prompts),
        afterwards=_prompts(page.afterwards, len(page.afterwards)),
        decided=escape(_decided(page.options)),
    )


def _tiles(summary: Summary) -> str:
    period = f"{moment(summary.first)[:10]} to {moment(summary.last)[:10]}"
    tiles = (
        (f"{summary.prompts:,}", "prompts"),
        (f"{summary.per_thousand:.2f}", "per 1,000 messages"),
        (f"{summary.messages:,}", "messages decided"),
        (f"{summary.recipients:,}", "recipients"),
        (f"{len(summary.days):,}", f"days with mail, {period}" if summary.messages else "days"),
    )
    return "\n".join(f"<div><b>{value}</b>{escape(name)}</div>" for value, name in tiles)


def _budget(choice: Choice | None) -> str:
    if choice is None:
        return ""
    rows = escape("\n".join(choice.rows()))
    return f"<h2>The policy that the budget buys</h2><pre>{rows}</pre>"


def _decided(options: Options) -> str:
    rules = ", ".join(
        f"{r.code} from {r.probability:g}{' (protected)' if r.protected else ''}: {r.action}"
        for r in options.policy.rules
    )
    own = ", ".join(sorted(options.own_domains)) or "not configured, so every sender was decided"
    return f"Policy: {rules}. Own domains: {own}."


def _table(counts: Counter[str]) -> str:
    if not counts:
        return '<p class="soft">None.</p>'
    rows = "".join(
        f'<tr><td>{escape(name)}</td><td class="number">{count:,}</td></tr>'
        for name, count in ranked(counts, _TOP)
    )
    return f"<table>{rows}</table>"


def _prompts(prompts: Iterable[Prompt], total: int) -> str:
    rows = [_row(prompt) for prompt in islice(prompts, MOST)]
    if not rows:
        return '<p class="soft">None.</p>'
    more = ""
    if total > len(rows):
        more = f'<p class="soft">The first {len(rows):,} of {total:,}; --format ndjson has all.</p>'
    return f"{more}<ol>{''.join(rows)}</ol>"


def _row(prompt: Prompt) -> str:
    finding = prompt.finding
    typed = str(prompt.recipient)
    meant = [str(address) for address in finding.did_you_mean]
    shown = _marked(typed, meant[0])[0] if meant else escape(typed)
    asked = " or ".join(f"<b>{_marked(typed, one)[1]}</b>" for one in meant)
    evidence = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(str(value))}</td></tr>"
        for name, value in finding.evidence.items()
    )
    return (
        f'<li><span class="{prompt.action}">{prompt.action}</span> {escape(finding.code)}'
        f" {min(finding.probability, _SURE):.0%}"
        f' <span class="soft">{moment(prompt.at)[:16].replace("T", " ")}</span><br>'
        f"{escape(str(prompt.sender))} to <b>{shown}</b>"
        + (f"<br>did you mean {asked}?" if asked else "")
        + f"<details><summary>{escape(finding.summary)}</summary>"
        f'<table>{evidence}</table><p class="soft">{escape(prompt.message_id)}</p></details></li>'
    )


def _marked(typed: str, meant: str) -> tuple[str, str]:
    """Both texts with what differs marked."""
    left: list[str] = []
    right: list[str] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, typed, meant, autojunk=False).get_opcodes():
        for side, text in ((left, typed[i1:i2]), (right, meant[j1:j2])):
            shown = escape(text)
            side.append(f"<mark>{shown}</mark>" if text and tag != "equal" else shown)
    return "".join(left), "".join(right)
