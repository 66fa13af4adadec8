"""What the console is told of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from missent.app import console
from missent.core.errors import ConfigError
from missent.hold.keys import write_key
from missent.settings.file import parse

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def said(tmp_path: Path) -> dict[str, Any]:
    write_key(tmp_path / "hold.key")
    return {
        "store": {"url": f"sqlite:///{tmp_path}/missent.db"},
        "policy": {"mode": "enforce"},
        "rule": [{"pattern": "*.ml", "owner": "o@corp.example", "reason": "nobody there"}],
        "exception": [{"pattern": "orange.ml", "owner": "o@corp.example", "reason": "operator"}],
        "relay": {"outbox": str(tmp_path / "outbox"), "username": "u"},
        "notice": {"author": "missent@corp.example"},
        "hold": {"key_file": str(tmp_path / "hold.key")},
        "web": {"url": "https://missent.corp.example/"},
    }


def test_every_section_is_shown_with_what_was_chosen(said: dict[str, Any]) -> None:
    about = console.about(parse(said, "x"))
    sections = dict(about.settings)
    assert {"organisation", "policy", "rule, 1 of 1", "relay", "hold", "web"} <= {*sections}
    assert "milter" not in sections
    hold = {line.key: line for line in sections["hold"]}
    assert (hold["key_file"].chosen, hold["expires"].chosen) == (True, False)
    assert hold["expires"].value == "259200"
    assert hold["username"].value == "none"
    assert [one.reason for one in about.permissions] == ["operator"]
    assert about.checks["T101"]
    assert (about.keeps, about.dns) == (True, False)


def test_nothing_that_is_secret_is_shown(said: dict[str, Any], tmp_path: Path) -> None:
    text = repr(console.about(parse(said, "x")))
    assert (tmp_path / "hold.key").read_text().strip() not in text


async def test_the_sample_is_laid_only_where_no_mail_can_leave(said: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="no mail leaves the machine"):
        await console.lay(parse(said | {"relay": {"upstream": "smtp://127.0.0.1:25"}}, "x"))
    settings = parse(said, "x")
    await console.lay(settings)
    with pytest.raises(ConfigError, match="there already"):
        await console.lay(settings)
    assert await console.clear(settings, "me (shell)") > 50
    assert await console.clear(settings, "me (shell)") == 0
    await console.lay(settings)
