from __future__ import annotations

import zlib

import click
import pytest

from missent.cli.blame import blaming
from missent.core.errors import ConfigError


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (ValueError("x.log: there is nothing in it"), "x.log: there is nothing in it"),
        (FileNotFoundError(2, "No such file or directory", "x.log"), "x.log: No such file"),
        (zlib.error("invalid block"), "invalid block"),
    ],
)
def test_what_cannot_be_read_is_told_with_the_argument(fault: Exception, told: str) -> None:
    with pytest.raises(click.BadParameter, match=told) as caught, blaming("SOURCE", zlib.error):
        raise fault
    assert caught.value.param_hint == "SOURCE"


def test_a_fault_of_the_settings_is_not_one_of_the_source() -> None:
    with pytest.raises(ConfigError), blaming("SOURCE"):
        raise ConfigError("store.url: it is no URL")


def test_what_a_reader_does_not_raise_is_left_alone() -> None:
    with pytest.raises(zlib.error), blaming("SOURCE"):
        raise zlib.error("invalid block")
