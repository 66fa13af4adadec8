"""What strangers write is shown on every page, and nothing of it ever acts."""

from __future__ import annotations

import time
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from missent.testing.browser import person
from missent.testing.console_site import console_site
from missent.testing.postfix import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Cookie

    from missent.testing.console_site import ConsoleSite

pytestmark = pytest.mark.e2e
RAN = "window.__ran=1"
PAYLOADS = (
    f"<script>{RAN}</script>",
    f"<img src=x onerror={RAN}>",
    f'"><svg onload={RAN}>',
    f"' autofocus onfocus={RAN} x='",
    f"javascript:{RAN}//",
    f"</title></textarea></style><script>{RAN}</script>",
    f"<a hx-get=/ hx-trigger=load hx-on:htmx:load={RAN}>x</a>",
    f"{{{{ ''.__class__ }}}}{{% raw %}}<iframe srcdoc='<script>parent.{RAN[7:]}</script>'>",
    f"&lt;script&gt;{RAN}&lt;/script&gt;\u202e<!--",
    f"<math><mtext><style><img title='</style><img src onerror={RAN}>'>",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleSite]:
    with console_site(tmp_path_factory.mktemp("hostile")) as found:
        for number, payload in enumerate(PAYLOADS):
            found.send(*hostile(number, payload), sender=sender(payload))
        yield found


def sender(payload: str) -> str:
    return f"{quoted(payload)}@corp.example"


def quoted(payload: str) -> str:
    """A payload as a local part; what no address may have in it is left out."""
    short = payload.encode("ascii", "ignore").decode()[:60]
    return '"' + short.replace("\\", "").replace('"', "") + '"'


def hostile(number: int, payload: str) -> tuple[bytes, str]:
    """A message with a payload everywhere, and its recipient."""
    to = f"{quoted(payload)}@army.ml"
    message = EmailMessage()
    message["Subject"] = f"{number} {payload}"
    message["From"] = f"=?utf-8?q?{payload.encode().hex('=').upper()}?= <ann@corp.example>"
    message.set_content(payload)
    message.add_alternative(f"<html>{payload}</html>", subtype="html")
    message.add_attachment(b"x", maintype="image", subtype="svg+xml", filename=payload)
    return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), to


@pytest.mark.timeout(300)  # some fifty pages
def test_no_script_of_a_stranger_runs_on_any_page(
    running: Browser, site: ConsoleSite, cookies: list[Cookie]
) -> None:
    with person(running, site.url, cookies=cookies) as who:
        page = who.goes("/held")
        until(lambda: _letters(site), what="all that was sent")
        page = who.goes("/held")
        assert page.locator(".letter").count() == len(PAYLOADS)
        held = [str(one.get_attribute("href")) for one in page.locator(".letter .line a").all()]
        keys = [str(one.get_attribute("value")) for one in page.locator("[name=pick]").all()]
        for payload in PAYLOADS:
            page = who.goes("/exceptions")
            page.get_by_label("Recipients").fill("partner.example")
            page.get_by_label("Reason").fill(payload)
            page.get_by_label("Who answers for it").fill(payload)
            page.get_by_role("button", name="Add the exception").click()
            page.wait_for_url("**/exceptions")
        decisions = who.goes("/decisions").locator("td.when a").all()
        numbers = [str(one.get_attribute("href")) for one in decisions]
        assert len(numbers) == len(PAYLOADS)
        picks = "&".join(f"pick={key}" for key in keys)
        paths = [
            *(f"{path}?read=yes" for path in held),
            *(f"/held/confirm?one={verb}:{keys[0]}" for verb in ("redirect", "release", "discard")),
            f"/held/confirm?choice=redirect&{picks}",
            *numbers,
            "/", "/exceptions", "/exceptions/1", "/policy", "/settings", "/trail",
        ]  # fmt: skip
        for path in paths:
            page = who.goes(path)
            for summary in page.locator("summary").all():
                summary.click()
            assert page.evaluate("window.__ran") is None, path
        for payload in PAYLOADS[:3]:
            for place in ("/held", "/decisions", "/policy"):
                page.goto(f"{site.url}{place}?{_query(place, payload)}")
                who.looks()
                assert page.evaluate("window.__ran") is None, place
        page = who.goes("/held")
        page.get_by_label("Address or subject").fill(PAYLOADS[0])
        page.wait_for_url("**q=*")
        time.sleep(0.5)
        assert page.evaluate("window.__ran") is None
        assert who.faults == []


def _query(place: str, payload: str) -> str:
    from urllib.parse import urlencode  # noqa: PLC0415  here alone

    names = {"/held": ["q"], "/decisions": ["q", "code", "from"], "/policy": ["code", "mode"]}
    return urlencode(dict.fromkeys(names[place], payload))


def _letters(site: ConsoleSite) -> bool:
    return len(site.run("held", "list").splitlines()) == len(PAYLOADS)
