from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from missent.core.errors import ConfigError
from missent.sinkhole.evidence.networks import Networks

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_of_networks(tmp_path: Path) -> None:
    file = tmp_path / "bad"
    file.write_text("# a list\n192.0.2.0/25 ; SBL1\n2001:db8::/32\n198.51.100.7\n\n")
    networks = Networks.read([file])
    assert "192.0.2.1" in networks
    assert "192.0.2.200" not in networks
    assert "2001:db8:1::1" in networks
    assert "198.51.100.7" in networks
    assert "" not in networks
    assert networks
    assert not Networks()


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "bad"
    file.write_text("192.0.2.0/25\nevil.example\n")
    with pytest.raises(ConfigError, match=r"bad, line 2: 'evil.example' is no address"):
        Networks.read([file])
    with pytest.raises(ConfigError, match="cannot be read"):
        Networks.read([tmp_path / "none"])
