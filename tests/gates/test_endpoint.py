from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from missent.core.errors import ConfigError
from missent.gates.endpoint import Endpoint

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "text",
    ["", "/run/x.sock", "unix:", "tcp:127.0.0.1:1", "inet:8894", "inet:a:b", "inet:127.0.0.1:65536",
     "inet:8894@127.0.0.1", "unix:" + "x" * 108],
)  # fmt: skip
def test_what_is_no_place_to_listen(text: str) -> None:
    with pytest.raises(ConfigError, match=r"place to listen|too long"):
        Endpoint(text)


def test_a_unix_socket_has_the_mode_that_was_asked_for(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        place = Endpoint(f"unix:{tmp_path}/m.sock", 0o620)
        with place.listen(), place.connect(5):
            assert stat.S_IMODE((tmp_path / "m.sock").stat().st_mode) == 0o620
            assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)


def test_a_socket_left_behind_is_replaced_and_a_living_one_is_not(tmp_path: Path) -> None:
    place = Endpoint(f"unix:{tmp_path}/m.sock")
    place.listen().close()
    with place.listen():
        with pytest.raises(ConfigError, match="another process does"):
            place.listen()
        place.connect(5).close()


def test_what_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "m.sock").write_text("precious")
    with pytest.raises(ConfigError, match="cannot listen"):
        Endpoint(f"unix:{tmp_path}/m.sock").listen()
    assert (tmp_path / "m.sock").read_text() == "precious"


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_a_port_that_is_taken_is_told(host: str) -> None:
    try:
        first = Endpoint(f"inet:{host}:0").listen()
    except ConfigError:
        if host == "127.0.0.1":
            raise
        return  # no IPv6 on this machine
    with first:
        port = first.getsockname()[1]
        place = Endpoint(f"inet:{host}:{port}")
        place.connect(5).close()
        with pytest.raises(ConfigError, match=f"cannot listen on inet:.*{port}"):
            place.listen()


def test_an_unknown_group_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no group 'no-such-group'; make it"):
        Endpoint(f"unix:{tmp_path}/m.sock", group="no-such-group").listen()


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"there is no folder {tmp_path}/missing; make it first"):
        Endpoint(f"unix:{tmp_path}/missing/m.sock").listen()


def test_nobody_there() -> None:
    with pytest.raises(OSError, match=r"refused|No such file"):
        Endpoint("unix:/nonexistent/m.sock").connect(1)
