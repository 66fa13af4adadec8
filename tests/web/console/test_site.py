from __future__ import annotations

from typing import TYPE_CHECKING

from missent.testing.console import visiting
from missent.web.access import Role
from missent.web.console.frame import PAGES, About, Setting

if TYPE_CHECKING:
    from pathlib import Path


async def test_every_page_of_the_menu_is_there_for_those_who_may(tmp_path: Path) -> None:
    about = About("0", settings=(("relay", (Setting("listen", "<b>x</b>", chosen=True),)),))
    async with visiting(tmp_path, about) as visit:
        for role in Role:
            front = (await visit.get("/", role)).text
            for link in PAGES:
                may = role.allows(link.role)
                assert (await visit.get(link.path, role)).status_code == (200 if may else 403)
                assert (f'<a href="{link.path}"' in front) is may
        assert "&lt;b&gt;x" in (await visit.get("/settings", Role.VIEWER)).text


async def test_what_pages_load_is_ours(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        page = (await visit.get("/")).text
        for path in ("/style.css", "/assets/htmx.min.js", "/assets/icon.svg"):
            assert f'"{path}"' in page
            assert (await visit.get(path)).status_code == 200
        assert "http" not in page.replace("http-equiv", "")
        assert 'style="' not in page
        assert (await visit.get("/assets/..%2fstyle.css")).status_code == 404


async def test_the_audit_log_is_paged_and_taken_away(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        for number in range(1, 62):
            await visit.console.trail.record("ann", "sign in", f"n{number}", "<i>")
        page = (await visit.get("/trail")).text
        assert page.count("<tr") == 51
        assert "&lt;i&gt;" in page
        assert "before=12" in page
        assert (await visit.get("/trail?before=12")).text.count("<tr") == 12
        lines = (await visit.get("/trail/export")).text.splitlines()
        assert len(lines) == 62
        assert '"action": "export trail"' in lines[-1]
