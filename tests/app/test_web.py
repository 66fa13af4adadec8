"""The console from the settings, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from missent.app import hold, web
from missent.core.errors import ConfigError
from missent.settings.file import parse

if TYPE_CHECKING:
    from pathlib import Path

SAID: dict[str, Any] = {
    "store": {"url": "sqlite:///missent.db"},
    "web": {"url": "https://Missent.corp.example:8443/", "idle": 600, "proxies": ["10.0.0.0/8"]},
}


def test_it_runs_without_a_hold_room() -> None:
    settings = parse(SAID, "x")
    assert hold.options(settings) is None
    options = web.options(settings)
    assert options is not None
    assert (options.url, options.secure) == ("https://Missent.corp.example:8443", True)
    assert options.origin == "https://missent.corp.example:8443"
    assert (options.idle, options.lifetime, options.proxies) == (600, 43_200, ("10.0.0.0/8",))


def test_without_the_section_it_does_not_run() -> None:
    settings = parse({"store": SAID["store"]}, "x")
    assert web.options(settings) is None
    assert web.sockets(settings) == []


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("url", "missent.corp.example", "web.url"),
        ("listen", "8025", "web.listen: '8025' is no host and port"),
        ("listen", "127.0.0.1:70000", "web.listen: "),
        ("listen", "192.0.2.1:8025", "web.listen: cannot listen"),
        ("proxies", ["10.0.0.1/8"], "web.proxies"),
        ("idle", 5, "web.idle"),
    ],
)
def test_what_is_wrong_is_told_with_its_key(key: str, value: object, told: str) -> None:
    said = SAID | {"web": SAID["web"] | {key: value}}
    with pytest.raises(ConfigError, match=told):
        web.sockets(parse(said, "x"))


def test_without_a_store_it_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"add \[store\]"):
        web.options(parse({"web": SAID["web"]}, str(tmp_path)))
