"""The replay as one HTML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.audit.page.outline import outline

from missent.audit.budget import Choice
from missent.audit.replay_prompt import Options, Prompt
from missent.audit.replay_summary import DAY, Summary
from missent.audit.report_html import MOST, Page, render, write
from missent.core.address import Address, Domain
from missent.core.finding import Finding
from missent.core.policy import Policy
from missent.core.verdict import Action

if TYPE_CHECKING:
    from pathlib import Path

EVIL = "<script>alert('x')</script>\"&"


def prompt(at: int = 0, text: str = "why") -> Prompt:
    typed, meant = Address.parse("eve@partmer.example"), Address.parse("eve@partner.example")
    finding = Finding("T101", 1.0, text, (meant,), {text: [text, {"a": text}]})
    sender = Address(text, Domain("corp.example"), f"{text}@corp.example")
    return Prompt(at, text, sender, typed, Action.HOLD, finding, (finding,))


def page(*prompts: Prompt, days: int = 1, title: str = "mail.jsonl") -> Page:
    summary = Summary()
    for day in range(days):
        summary.decided(day * DAY, 3)
    for each in prompts:
        summary.prompted(each)
    return Page(title, Options(Policy(), ()), summary, prompts)


def test_it_is_well_formed_and_fetches_nothing() -> None:
    found = outline(render(page(prompt(), days=900)))
    assert not found.attributes.keys() & {"src", "href", "action", "onload", "style"}
    text = render(page(prompt()))
    assert "url(" not in text
    assert "http:" not in text
    assert "https:" not in text
    assert "default-src 'none'" in text


def test_every_text_is_escaped() -> None:
    made = page(prompt(text=EVIL), title=EVIL)
    made.afterwards = [prompt(text=EVIL)]
    made.choice = Choice(0.5, Policy(), ())
    text = render(made)
    outline(text)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_a_certainty_is_not_claimed() -> None:
    text = render(page(prompt()))
    assert "100%" not in text.partition("<body>")[2]


def test_what_does_not_fit_is_counted() -> None:
    one = prompt()
    made = page(one)
    made.summary.prompts = MOST + 5
    made.prompts = [one] * (MOST + 1)
    text = render(made)
    assert text.count("<li>") == MOST
    assert f"The first {MOST:,} of {MOST + 5:,}" in text


def test_without_anything_it_is_still_a_page() -> None:
    outline(render(page(days=0)))
    assert "None." in render(page())


def test_it_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    report.write_text("old")
    write(report, page(prompt()))
    assert report.read_text().startswith("<!doctype html>")
    assert report.stat().st_mode & 0o077 == 0
    taken = tmp_path / "taken"
    taken.mkdir()
    with pytest.raises(OSError, match="taken"):
        write(taken, page(prompt()))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["report.html", "taken"]
