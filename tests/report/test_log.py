from __future__ import annotations

import json
import subprocess
import sys

import pytest

# In a process of its own: structlog's configuration is one for the whole process.
CODE = """
import sys, structlog
from missent.report import log
log.configure(*sys.argv[1:])
found = structlog.get_logger("missent.test")
found.info("message", rcpt_to="j\\u00fcrgen@x\\n", octets=7)
found.warning("odd")
"""


def _told(*arguments: str) -> list[str]:
    done = subprocess.run(
        (sys.executable, "-c", CODE, *arguments), capture_output=True, check=True, text=True
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_json_is_one_object_a_line() -> None:
    first, second = map(json.loads, _told("json", "info"))
    assert first.pop("timestamp").endswith("Z")
    assert first == {
        "event": "message",
        "level": "info",
        "rcpt_to": "j\u00fcrgen@x\n",
        "octets": 7,
    }
    assert second["level"] == "warning"


def test_text_is_one_line_an_event() -> None:
    first, second = _told("text", "info")
    assert "octets=7" in first
    assert "odd" in second


@pytest.mark.parametrize(("level", "lines"), [("debug", 2), ("warning", 1), ("error", 0)])
def test_what_is_less_important_is_left_out(level: str, lines: int) -> None:
    assert len(_told("json", level)) == lines


FAULT = """
import sys, structlog
from missent.report import log
log.configure(*sys.argv[1:])
def work():
    local = "".join(["ses", "ame"])
    raise LookupError("a bug")
try:
    work()
except LookupError:
    structlog.get_logger("missent.test").exception("conversation failed")
"""


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_traceback_shows_no_values(form: str) -> None:
    """What passes through a conversation may be a password."""
    command = (sys.executable, "-c", FAULT, form, "info")
    told = subprocess.run(command, capture_output=True, check=True, text=True).stderr
    assert "LookupError: a bug" in told
    assert "sesame" not in told
