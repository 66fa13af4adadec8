"""A slip from end to end in a browser: sent by SMTP, seen as held, redirected, delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from missent.testing.browser import person, screenshot, signed_in
from missent.testing.console_site import ANN, console_site
from missent.testing.postfix import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Cookie, Page

    from missent.testing.browser import Person
    from missent.testing.console_site import ConsoleSite

pytestmark = pytest.mark.e2e
GOOD = "bob@partner.example"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleSite]:
    with console_site(tmp_path_factory.mktemp("console")) as found:
        yield found


def content(subject: str) -> bytes:
    return f"From: Ann <{ANN}>\r\nSubject: {subject}\r\n\r\nThe room is 12.\r\n".encode()


def letter(who: Person, subject: str) -> Page:
    page = who.goes(f"/held?q={subject.replace(' ', '+')}")
    assert page.locator(".letter").count() == 1
    return page


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_slip_is_redirected_and_arrives_where_it_was_meant(
    running: Browser, site: ConsoleSite, cookies: list[Cookie], *, scripts: bool
) -> None:
    name = f"gen{'' if scripts else '.plain'}"
    subject = f"Room for {name}"
    sent = content(subject)
    site.send(sent, GOOD, f"{name}@army.ml")
    until(lambda: sent in site.sink.sent_to(GOOD), what="the others' copy")
    with person(running, site.url, cookies=cookies, scripts=scripts) as who:
        page = letter(who, subject)
        shown = page.locator(".letter dd code")
        assert shown.all_inner_texts()[:2] == [f"{name}@army.ml", f"{name}@army.mil"]
        assert page.locator(".letter mark").all_inner_texts() == ["i"]
        page.get_by_role("button", name=f"Redirect to {name}@army.mil").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Redirect this message?"
        assert site.sink.sent_to(f"{name}@army.mil") == []
        page.get_by_label("Why, for the record").fill("asked her")
        page.get_by_role("button", name="Redirect", exact=True).click()
        assert "is on its way" in page.get_by_role("status").last.inner_text()
        until(lambda: bool(site.sink.sent_to(f"{name}@army.mil")), what="the redirected message")
        page.get_by_role("link", name="Its record").click()
        assert "asked her" in page.locator(".steps").inner_text()
        page.get_by_role("link", name="Audit log").click()
        assert "redirect held" in page.locator("tbody tr").first.inner_text()
        assert who.faults == []
    assert site.sink.sent_to(f"{name}@army.mil") == [sent]
    assert site.sink.sent_to(f"{name}@army.ml") == []


def test_by_the_keyboard_alone(running: Browser, site: ConsoleSite, cookies: list[Cookie]) -> None:
    subject = "By keyboard"
    for name in ("one", "two"):
        site.send(content(f"{subject} {name}"), f"{name}@army.ml")
    with person(running, site.url, cookies=cookies) as who:
        page = who.goes("/held")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        _tab_to(page, "input[name=q]")
        page.keyboard.type(subject)
        page.wait_for_url("**q=By+keyboard*")
        assert page.locator(".letter").count() == 2
        for _ in range(2):
            _tab_to(page, "input[name=pick]:not(:checked)")
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none"
            page.keyboard.press("Space")
        _tab_to(page, "select[name=choice]")
        page.keyboard.type("Redirect")
        _tab_to(page, ".bulk button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/held/confirm*")
        assert page.locator("h1").inner_text() == "Redirect 2 messages?"
        screenshot(page, "held-confirm")
        _tab_to(page, "main button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/held/decide")
        assert page.get_by_text("is on its way").count() == 2
        assert who.faults == []
    there = [f"{name}@army.mil" for name in ("one", "two")]
    until(lambda: all(site.sink.sent_to(address) for address in there), what="both messages")


def _tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the focus is on something."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    pytest.fail(f"the keyboard does not get to {wanted}")


def test_a_message_is_read_as_text_and_its_reading_noted(
    running: Browser, site: ConsoleSite, cookies: list[Cookie]
) -> None:
    body = (
        b"From: x\r\nSubject: Pictures\r\nContent-Type: text/html\r\n\r\n"
        b"<p>Hello <b>there</b><img src='http://127.0.0.1:1/x.gif'><script>alert(1)</script>"
    )
    site.send(body, "pic@army.ml")
    with person(running, site.url, cookies=cookies) as who:
        page = letter(who, "Pictures")
        page.locator(".letter .line a").click()
        page.get_by_role("button", name="Show what it says").click()
        text = page.locator("#message pre")
        text.wait_for()
        assert text.inner_text().strip() == "Hello there"
        who.goes("/trail")
        assert "read held" in page.locator("tbody tr").first.inner_text()
        assert who.faults == []


def test_signing_out_ends_it(running: Browser, site: ConsoleSite) -> None:
    cookies = signed_in(running, site.url, site.link())
    with person(running, site.url, cookies=cookies) as who:
        page = who.goes("/")
        page.get_by_role("button", name="Sign out").click()
        page.goto(f"{site.url}/held")
        assert "/signin" in page.url
        assert who.faults == []
