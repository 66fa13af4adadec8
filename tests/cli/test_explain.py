from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from missent.checks import ALL

if TYPE_CHECKING:
    from tests.cli.conftest import Run


def test_every_check_is_listed_once_by_its_code(run: Run) -> None:
    codes = [line.split()[0] for line in run("explain").out.splitlines()]
    assert codes == sorted(str(check().code) for check in ALL)


@pytest.mark.parametrize("code", ["X901", "x901"])
def test_a_check_explains_itself(run: Run, code: str) -> None:
    told = run("explain", code)
    assert told.code == 0
    assert told.out.startswith("# X901: ")
    assert "- `probability`: " in told.out


def test_an_unknown_code_names_the_known_ones(run: Run) -> None:
    told = run("explain", "T999")
    assert told.code == 2
    assert "'T999' is no check; known are " in told.err
    assert "X901" in told.err
