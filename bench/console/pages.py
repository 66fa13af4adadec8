"""How long the console's pages take over that store: `missent serve` and a signed-in browser."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import httpx

from missent.testing.console_site import console_site, sign_in

TIMES = 20
PAGES = {
    "Overview, 30 days": "/",
    "Overview, 90 days": "/?days=90",
    "Held": "/held",
    "Decisions": "/decisions",
    "Decisions, by a common text": "/decisions?q=company1",
    "Decisions, by a text that is nowhere": "/decisions?q=nobody.at.all",
    "Decisions, by a check": "/decisions?code=T104",
    "one decision": "/decisions/7",
    "Exceptions": "/exceptions",
    "Policy": "/policy",
    "Policy, another one tried on 30 days": "/policy?code=T&probability=0.95&action=block&only=",
    "Settings": "/settings",
    "Audit log": "/trail",
}


def measure(url: str) -> dict[str, list[float]]:
    """Seconds that each page took, from a client's side.

    Args:
        url: of the store.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        console_site(Path(folder), url) as site,
        httpx.Client(base_url=site.url, timeout=60) as browser,
    ):
        sign_in(browser, site.link())
        return {what: _took(browser, path) for what, path in PAGES.items()}


def _took(browser: httpx.Client, path: str) -> list[float]:
    found = []
    for _ in range(TIMES):
        begin = time.perf_counter()
        answer = browser.get(path)
        found.append(time.perf_counter() - begin)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
    return found
