from __future__ import annotations

import re
from dataclasses import fields

import pytest

from missent.checks import ALL
from missent.report import manual


def test_there_is_one_page_a_check() -> None:
    assert [page.code for page in manual.pages()] == sorted(str(check().code) for check in ALL)


@pytest.mark.parametrize("check", ALL, ids=lambda check: str(check().code))
def test_a_check_is_documented_with_every_option(check: type) -> None:
    page = next(p for p in manual.pages() if p.code == check.code)  # type: ignore[attr-defined]
    assert re.fullmatch(r"[A-Z].*[^.]", page.title)
    body = page.markdown.partition("\n\n")[2].partition("## Options")[0]
    assert len(body.split()) > 10, "say more than the title"
    for option in (field.name for field in fields(check)):
        assert re.search(rf"^- `{option}`: \w", page.markdown, re.MULTILINE), option


@pytest.mark.parametrize("check", ALL, ids=lambda check: str(check().code))
def test_a_code_has_a_family_and_a_number(check: type) -> None:
    assert re.fullmatch(r"[TPRCVX]\d{3}", check.code)  # type: ignore[attr-defined]
