"""Every page of the console in a real browser: narrow and wide, light and dark, for everybody.

`MISSENT_SCREENSHOTS=FOLDER` keeps a picture of each; `MISSENT_E2E_FULL=1` looks at every width in
both colour schemes.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.e2e.accessible import grave

from missent.testing.browser import person, screenshot
from missent.testing.console_site import console_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Cookie

    from missent.testing.console_site import ConsoleSite

pytestmark = pytest.mark.e2e
WIDTHS, SCHEMES = (360, 1280), ("light", "dark")
FULL = os.environ.get("MISSENT_E2E_FULL") == "1"
LOOKS = (
    [(width, scheme) for width in WIDTHS for scheme in SCHEMES]
    if FULL
    else [(1280, "light"), (360, "dark")]
)
EDITED = "/policy?mode=monitor&code=T&probability=0.97&action=hold&only=&code=T104&probability=0.3"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleSite]:
    with console_site(tmp_path_factory.mktemp("sample"), sample=True) as found:
        yield found


@pytest.fixture(scope="module")
def paths(running: Browser, site: ConsoleSite, cookies: list[Cookie]) -> dict[str, str]:
    """Every page, by the name of its picture."""
    with person(running, site.url, cookies=cookies) as who:
        page = who.goes("/held")
        held = page.locator(".letter .line a").first.get_attribute("href")
        keys = [str(one.get_attribute("value")) for one in page.locator("[name=pick]").all()]
        decision = who.goes("/decisions").locator("td.when a").first.get_attribute("href")
        exception = who.goes("/exceptions").locator("td form").first.get_attribute("action")
    many = "&".join(f"pick={key}" for key in keys)
    return {
        "overview": "/",
        "held": "/held",
        "held-message": f"{held}?read=yes",
        "held-redirect": f"/held/confirm?one=redirect:{keys[0]}",
        "held-discard": f"/held/confirm?choice=discard&{many}",
        "decisions": "/decisions",
        "decision": str(decision),
        "exceptions": "/exceptions",
        "exception-end": str(exception),
        "policy": f"{EDITED}&action=warn&only=",
        "settings": "/settings",
        "trail": "/trail",
        "account": "/account",
        "nothing": "/decisions?q=nobody-at-all",
    }


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_page_fits_and_is_accessible(  # noqa: PLR0917  what pytest gives
    running: Browser,
    site: ConsoleSite,
    cookies: list[Cookie],
    paths: dict[str, str],
    width: int,
    scheme: str,
) -> None:
    with person(running, site.url, width=width, scheme=scheme, cookies=cookies) as who:
        for name, path in paths.items():
            page = who.goes(path)
            for summary in page.locator("summary").all():
                summary.click()
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wide <= 0, f"{path} is {wide} pixels too wide at {width}"
            assert grave(page) == [], path
            screenshot(page, f"{name}-{width}-{scheme}")
        assert who.faults == []
    with person(running, site.url, width=width, scheme=scheme) as who:
        page = who.page
        page.goto(f"{site.url}/held")
        assert "/signin" in page.url
        assert grave(page) == []
        screenshot(page, f"signin-{width}-{scheme}")
        assert who.faults == []


def test_the_tool_would_find_a_fault(
    running: Browser, site: ConsoleSite, cookies: list[Cookie]
) -> None:
    with person(running, site.url, cookies=cookies) as who:
        page = who.goes("/held")
        page.evaluate("document.querySelector('[name=q]').parentNode.replaceWith("
                      "document.querySelector('[name=q]'))")  # fmt: skip
        assert any(fault.startswith("label:") for fault in grave(page))
        page.evaluate("new Image().src = 'http://127.0.0.2/x.gif'")
        page.wait_for_function("window.__violations.length > 0")
        who.looks()
        assert [f for f in who.faults if f.startswith("img-src")]


def test_what_is_typed_is_searched_at_once(
    running: Browser, site: ConsoleSite, cookies: list[Cookie]
) -> None:
    with person(running, site.url, cookies=cookies) as who:
        page = who.goes("/decisions")
        rows = page.locator("#rows tr")
        assert rows.count() == 50
        page.get_by_label("Sender or recipient").fill("navy.ml")
        page.wait_for_url("**q=navy.ml*")
        page.wait_for_function("document.querySelectorAll('#rows tr').length < 10")
        assert all("navy.m" in text for text in rows.all_inner_texts())
        page.get_by_label("Action").select_option("warn")
        page.get_by_text("No decision fits").wait_for()
        assert who.faults == []


def test_one_click_takes_the_sample_away(
    running: Browser, site: ConsoleSite, cookies: list[Cookie]
) -> None:
    site.send(b"Subject: ours\r\n\r\nx\r\n", "real@army.ml", sender="me@corp.example")
    with person(running, site.url, cookies=cookies) as who:
        page = who.goes("/")
        assert page.get_by_text("never happened").count() == 1
        page.get_by_role("button", name="Remove the sample").click()
        page.wait_for_url(f"{site.url}/")
        assert page.get_by_text("never happened").count() == 0
        figures = page.locator(".figures dd").all_inner_texts()
        assert [text.split("\n")[0] for text in figures] == ["1", "1", "1", "0 %"]
        for path in ("/held", "/decisions", "/exceptions"):
            page = who.goes(path)
            assert "kestrel.example" not in page.content()
        assert who.goes("/held").locator(".letter").count() == 1
        assert "remove sample" in who.goes("/trail").locator("tbody").inner_text()
        assert who.faults == []
