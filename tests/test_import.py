from __future__ import annotations

import resource
import subprocess
import sys

import pytest

import missent

HEAVY = ("pydantic", "rich", "sqlalchemy", "structlog", "asyncio", "aiosmtplib", "email.message")


def _modules_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, check=True, text=True)
    return set(done.stdout.split())


def _seconds(statement: str) -> float:
    """Of the processor, the best of five: a busy machine must not make the test fail."""
    best = 9.0
    for _ in range(5):
        before = _used()
        subprocess.run((sys.executable, "-c", statement), check=True)
        best = min(best, _used() - before)
    return best


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def test_importing_takes_less_than_a_tenth_of_a_second() -> None:
    assert _seconds("import missent") - _seconds("pass") < 0.1


def test_importing_loads_no_room() -> None:
    ours = {name for name in _modules_after("import missent") if name.startswith("missent")}
    assert ours == {"missent", "missent._version"}


@pytest.mark.parametrize(
    "statement",
    [
        "from missent import Guard; Guard().check('gen@army.ml')",
        "from missent.cli.root import cli, Commands; Commands().get_command(None, 'check')",
    ],
)
def test_a_decision_without_a_configuration_loads_nothing_heavy(statement: str) -> None:
    assert not _modules_after(statement) & set(HEAVY)


@pytest.mark.parametrize("name", missent.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(missent, name) is not None


def test_there_is_no_other_name() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'gaurd'"):
        missent.gaurd  # noqa: B018  asking is the point
