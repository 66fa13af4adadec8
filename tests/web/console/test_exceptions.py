from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from missent.core.permission import Permission
from missent.testing.console import visiting
from missent.web.access import Role
from missent.web.console.exceptions import Given, permission

if TYPE_CHECKING:
    from pathlib import Path

FORM = {"pattern": "*.orange.ml", "reason": "our operator", "owner": "sales@corp.example"}
NOW = 1_790_000_000  # in September 2026


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"pattern": "a*b"}, "a pattern is an address without wildcards"),
        ({"sender": "@"}, "a pattern is an address without wildcards"),
        ({"reason": " "}, "needs a reason"),
        ({"owner": ""}, "needs a reason, and somebody"),
        ({"expires": "soon"}, "'soon' is no day"),
        ({"expires": "2026-01-01"}, "is over"),
        ({"expires": "9999-12-31"}, "is no day"),
    ],
)
def test_what_is_wrong_is_told(changed: dict[str, str], fault: str) -> None:
    made = permission(Given.of(FORM | changed), NOW)
    assert isinstance(made, str)
    assert fault in made


def test_the_last_day_counts_whole() -> None:
    made = permission(Given.of(FORM | {"expires": "2026-12-31"}), NOW)
    assert isinstance(made, Permission)
    assert made.expires == 1_798_761_600  # midnight of the first of January


async def test_add_and_end(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        assert (await visit.post("/exceptions", {**FORM}, Role.VIEWER)).status_code == 403
        form = FORM | {"sender": "corp.example", "reason": "<b>our</b> \u202eoperator"}
        assert (await visit.post("/exceptions", {**form}, Role.REVIEWER)).status_code == 303
        [stored] = await visit.store.exceptions()
        assert stored.permission.pattern.text == "*.orange.ml"
        assert "\u202e" not in stored.permission.reason
        page = await visit.get("/exceptions", Role.VIEWER)
        assert "&lt;b&gt;our&lt;/b&gt;" in page.text
        assert "Add an exception" not in page.text
        bad = await visit.post("/exceptions", {**FORM, "pattern": "x y"})
        assert (bad.status_code, 'value="x y"' in bad.text) == (400, True)
        ask = await visit.get(f"/exceptions/{stored.number}", Role.REVIEWER)
        assert "End this exception?" in ask.text
        assert len(await visit.store.exceptions()) == 1
        end = f"/exceptions/{stored.number}/end"
        assert (await visit.post(end, {}, Role.REVIEWER)).status_code == 303
        assert await visit.store.exceptions() == []
        assert (await visit.post(end, {})).status_code == 404
        assert [(e.who, e.action) for e in await visit.trail()] == [
            ("reviewer", "end exception"),
            ("reviewer", "add exception"),
        ]
