"""A person before the console: a real browser, signed in, that notes what goes wrong."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, BrowserContext, Cookie, Page, Request

_VIOLATIONS = """
window.__violations = [];
document.addEventListener("securitypolicyviolation",
  e => window.__violations.push(`${e.violatedDirective} ${e.blockedURI}`));
"""


def chromium() -> str:
    """Where Debian's Chromium lies; "" where it is not installed."""
    return shutil.which("chromium", path="/usr/local/bin:/usr/bin:/bin") or ""


@contextmanager
def browser() -> Iterator[Browser]:
    """Run it until the end of the `with`."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  a test tool

    with sync_playwright() as tool:
        # Its sandbox needs a user other than root.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        running = tool.chromium.launch(executable_path=chromium(), args=options)
        try:
            yield running
        finally:
            running.close()


class Person:
    """Somebody with a browser window.

    Attributes:
        page: the window.
        faults: errors of scripts, complaints of the browser, requests to other hosts, dialogs.
    """

    def __init__(self, context: BrowserContext, url: str) -> None:
        """Open a window; `url` is where the console is."""
        self.url = url
        self.faults: list[str] = []
        self._origin = urlsplit(url).netloc
        context.add_init_script(_VIOLATIONS)
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("console", lambda said: self._said(said.type, said.text))
        self.page.on("dialog", lambda dialog: self._dialog(dialog.message))
        self.page.on("request", self._asks)

    def goes(self, path: str) -> Page:
        """Open a page; what its policy forbade counts as a fault."""
        answer = self.page.goto(self.url + path)
        if answer is None or not answer.ok:
            self.faults.append(f"{path}: {answer.status if answer else 'no answer'}")
        self.looks()
        return self.page

    def looks(self) -> None:
        """Note what the policy of this page forbade."""
        self.faults += self.page.evaluate("window.__violations || []")

    def _said(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.faults.append(f"console: {text}")

    def _dialog(self, text: str) -> None:
        self.faults.append(f"dialog: {text}")

    def _asks(self, request: Request) -> None:
        host = urlsplit(request.url).netloc
        if host != self._origin and not request.url.startswith("data:"):
            self.faults.append(f"request to {host}")


@contextmanager
def person(
    running: Browser,
    url: str,
    *,
    width: int = 1280,
    scheme: str = "light",
    scripts: bool = True,
    cookies: Sequence[Cookie] = (),
) -> Iterator[Person]:
    """Somebody who comes with a fresh browser.

    Args:
        running: the browser.
        url: where the console is.
        width: of the window.
        scheme: light or dark.
        scripts: whether scripts run.
        cookies: of one who has signed in, see `signed_in`.
    """
    context = running.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=scripts,
    )
    try:
        context.add_cookies([{"name": c["name"], "value": c["value"], "url": url} for c in cookies])
        yield Person(context, url)
    finally:
        context.close()


def signed_in(running: Browser, url: str, link: str) -> list[Cookie]:
    """Sign in by a link, as a person does; the cookies of that."""
    with person(running, url) as who:
        who.page.goto(link)
        who.page.get_by_role("button").click()
        who.page.wait_for_url(f"{url}/")
        assert who.faults == [], who.faults  # noqa: S101  a test tool
        return who.page.context.cookies()


def screenshot(page: Page, name: str) -> None:
    """Keep a picture of a page in the folder of `MISSENT_SCREENSHOTS`, where that is set."""
    if folder := os.environ.get("MISSENT_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
