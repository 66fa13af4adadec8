"""How long the console's pages take over that store: `missent serve` and a signed-in browser."""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from pathlib import Path

import httpx

from missent.hold.keys import write_key
from missent.testing.postfix import free_port
from missent.testing.serve import Serve

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
_SETTINGS = """
[relay]
listen = "127.0.0.1:0"
outbox = "{base}/outbox"
[hold]
key_file = "{base}/hold.key"
[notice]
author = "missent@corp.example"
[web]
listen = "127.0.0.1:PORT"
url = "http://127.0.0.1:PORT"
[store]
url = "URL"
"""


def measure(url: str) -> dict[str, list[float]]:
    """Seconds that each page took, from a client's side.

    Args:
        url: of the store.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_key(folder / "hold.key")
        settings = _SETTINGS.replace("PORT", str(free_port())).replace("URL", url)
        serve = Serve.with_settings(folder, settings)
        command = [*Serve.program, "--config", str(serve.config), "sample", "link"]
        link = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        with serve, httpx.Client(base_url=link.partition("/signin")[0], timeout=60) as browser:
            _sign_in(browser, link)
            return {what: _took(browser, path) for what, path in PAGES.items()}


def _sign_in(browser: httpx.Client, link: str) -> None:
    form = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', browser.get(link).text)
    browser.post(link, data=dict(form), headers={"Origin": str(browser.base_url).rstrip("/")})


def _took(browser: httpx.Client, path: str) -> list[float]:
    found = []
    for _ in range(TIMES):
        begin = time.perf_counter()
        answer = browser.get(path)
        found.append(time.perf_counter() - begin)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
    return found
