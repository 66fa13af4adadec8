from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING

import pytest

from missent.cli import shell

if TYPE_CHECKING:
    from collections.abc import Mapping

ME = pwd.getpwuid(os.getuid()).pw_name


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, f"{ME} (shell)"),
        ({"LOGNAME": "eve", "USER": "eve"}, f"{ME} (shell)"),
        ({"SUDO_USER": ""}, f"{ME} (shell)"),
        ({"SUDO_USER": ME}, f"{ME} (shell)"),
        ({"SUDO_USER": "carol"}, f"carol as {ME} (shell)"),
    ],
)
def test_who_is_at_the_shell_is_what_the_system_says(
    monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str], said: str
) -> None:
    for name in ("LOGNAME", "USER", "SUDO_USER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert shell.me() == said


def test_a_user_without_a_name_has_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    assert shell.me() == "uid 4000000000 (shell)"
