from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from missent.app.values import blame, host_and_port, read_secret
from missent.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def test_secrets_are_read_from_a_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    file.write_text("hunter2\n")
    assert read_secret(file) == "hunter2"
    file.write_text("\n")
    with pytest.raises(ConfigError, match="empty"):
        read_secret(file)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_secret(tmp_path / "none")
    monkeypatch.setenv("MISSENT_TEST_SECRET", "hunter3")
    assert read_secret(None, "MISSENT_TEST_SECRET") == "hunter3"
    monkeypatch.delenv("MISSENT_TEST_SECRET")
    with pytest.raises(ConfigError, match="MISSENT_TEST_SECRET"):
        read_secret(None, "MISSENT_TEST_SECRET")


def test_a_place_has_a_host_and_a_port() -> None:
    assert host_and_port("x.listen", "127.0.0.1:25", "") == ("127.0.0.1", 25)
    assert host_and_port("x.listen", "[::1]:25", "") == ("::1", 25)
    for text in ("here", ":25", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:²"):
        with pytest.raises(ConfigError) as told:
            host_and_port("x.listen", text, "127.0.0.1:25")
        assert str(told.value) == f"x.listen: {text!r} is no host and port; write 127.0.0.1:25"


def test_a_fault_is_told_with_its_key() -> None:
    with pytest.raises(ConfigError, match=r"^x\.url: odd$"), blame("x.url"):
        raise ConfigError("odd")
