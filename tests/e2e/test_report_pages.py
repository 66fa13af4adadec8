"""The pages that are handed on, in a real browser: they fit, are accessible and fetch nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.e2e.accessible import grave
from tests.report.owner.conftest import report

from missent.report.owner import page as owners

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

    from missent.report.owner.model import Report

pytestmark = pytest.mark.e2e
__all__ = ["report"]  # the fixture
LOG = Path(__file__).with_name("postfix.log")


@pytest.fixture
def pages(tmp_path: Path, report: Report) -> list[Path]:
    (tmp_path / "owner.html").write_text(owners.render(report), "utf-8")
    for name, words in {
        "audit": ("audit", "--own", "corp.example", "--no-cache", str(LOG)),
        "replay": ("replay", "--budget", "900", str(LOG)),
        "exposure": ("exposure", "--offline", "--limit", "60", "navy.mil"),
    }.items():
        command = (sys.executable, "-m", "missent", *words, "--html", f"{name}.html")
        told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert told.returncode in (0, 1), told.stderr
    return sorted(tmp_path.glob("*.html"))


def _asked(page: Page) -> list[str]:
    """What the page asks for, from now on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    return asked


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (360, "light"), (1280, "light")])
def test_each_fits_is_accessible_and_fetches_nothing(
    running: Browser, pages: list[Path], width: int, scheme: str
) -> None:
    assert [page.stem for page in pages] == ["audit", "exposure", "owner", "replay"]
    for file in pages:
        context = running.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        page = context.new_page()
        asked = _asked(page)
        page.goto(file.as_uri())
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{file.name} is {wide} pixels too wide at {width}"
        assert grave(page) == [], file.name
        assert {url for url in asked if not url.startswith("data:")} == {file.as_uri()}
        context.close()
