"""The replay as one HTML file, every text escaped."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from itertools import islice
from typing import TYPE_CHECKING

from missent.audit.page import frame
from missent.audit.page.timeline import timeline
from missent.audit.replay_summary import ranked
from missent.core.moment import iso
from missent.report import whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from missent.audit.budget import Choice
    from missent.audit.replay_prompt import Options, Prompt
    from missent.audit.replay_summary import Summary

MOST = 2_000
_TOP = 20
_ACTIONS = ("warn", "hold", "block")


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
    whole.write(path, render(page))


def render(page: Page) -> str:
    """The report as text."""
    summary = page.summary
    bucket, picture = timeline(summary.days, _by_action(summary))
    body = frame.template("missent.audit", "report.html").substitute(
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
    return frame.page("What would have been asked", page.title, body, page.made)


def _by_action(summary: Summary) -> Mapping[str, Counter[int]]:
    counts: dict[str, Counter[int]] = {name: Counter() for name in _ACTIONS}
    for (day, action), count in summary.prompt_days.items():
        counts[action][day] += count
    return counts


def _tiles(summary: Summary) -> str:
    period = f"{iso(summary.first)[:10]} to {iso(summary.last)[:10]}"
    tiles = (
        (f"{summary.prompts:,}", "prompts"),
        (f"{summary.per_thousand:.2f}", "per 1,000 messages"),
        (f"{summary.messages:,}", "messages decided"),
        (f"{summary.recipients:,}", "recipients"),
        (f"{len(summary.days):,}", f"days with mail, {period}" if summary.messages else "days"),
    )
    return frame.tiles(tiles)


def _budget(choice: Choice | None) -> str:
    if choice is None:
        return ""
    rows = escape("\n".join(choice.rows()))
    return f'<h2>The policy that the budget buys</h2><pre tabindex="0">{rows}</pre>'


def _decided(options: Options) -> str:
    own = ", ".join(sorted(options.own_domains)) or "not configured, so every sender was decided"
    return f"Policy: {frame.rules(options.policy)}. Own domains: {own}."


def _table(counts: Counter[str]) -> str:
    if not counts:
        return frame.NONE
    rows = "".join(
        f'<tr><td>{escape(name)}</td><td class="number">{count:,}</td></tr>'
        for name, count in ranked(counts, _TOP)
    )
    return f"<table>{rows}</table>"


def _prompts(prompts: Iterable[Prompt], total: int) -> str:
    rows = [_row(prompt) for prompt in islice(prompts, MOST)]
    if not rows:
        return frame.NONE
    more = ""
    if total > len(rows):
        more = f'<p class="soft">The first {len(rows):,} of {total:,}; --format ndjson has all.</p>'
    return f"{more}<ol>{''.join(rows)}</ol>"


def _row(prompt: Prompt) -> str:
    finding = prompt.finding
    typed = str(prompt.recipient)
    meant = [str(address) for address in finding.did_you_mean]
    shown = frame.marked(typed, meant[0])[0] if meant else escape(typed)
    asked = " or ".join(f"<b>{frame.marked(typed, one)[1]}</b>" for one in meant)
    evidence = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(str(value))}</td></tr>"
        for name, value in finding.evidence.items()
    )
    return (
        f'<li><span class="badge {prompt.action}">{prompt.action}</span> {escape(finding.code)}'
        f" {frame.sure(finding.probability)}"
        f' <span class="soft">{iso(prompt.at)[:16].replace("T", " ")}</span><br>'
        f"{escape(str(prompt.sender))} to <b>{shown}</b>"
        + (f"<br>did you mean {asked}?" if asked else "")
        + f"<details><summary>{frame.quoted(finding.summary)}</summary>"
        f'<table>{evidence}</table><p class="soft">{escape(prompt.message_id)}</p></details></li>'
    )
