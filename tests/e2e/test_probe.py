"""`missent exposure --probe` by the command line, with real name and mail servers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from missent.testing import nsd

ROOT = Path(__file__).parents[2]


@cache
def why_not() -> str:
    """Why this machine cannot have a network of its own for a process; "" where it can."""
    if nsd.why_not():
        return nsd.why_not()
    if not shutil.which("ip") or not shutil.which("unshare"):
        return "ip or unshare is not installed: sh deploy/test-packages.sh"
    tried = subprocess.run(["unshare", "-rn", "true"], check=False, capture_output=True)
    return "" if tried.returncode == 0 else "network namespaces are not allowed here"


pytestmark = [pytest.mark.e2e, pytest.mark.skipif(bool(why_not()), reason=why_not())]


def test_every_answer_is_told_and_no_message_is_sent() -> None:
    done = subprocess.run(
        ["unshare", "-rn", sys.executable, "-m", "tests.e2e.probed_world"],
        cwd=ROOT, capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    world = json.loads(done.stdout)
    assert {kind: saw["told"] for kind, saw in world.items()} == {
        "catch-all": "takes any recipient",
        "refuses": "refuses unknown recipients",
        "greylists": "asks to come again",
        "tarpit": "no answer in time",
        "421": "asks to come again",
        "refuses us": "refuses us",
        "null mx": "",
        "private": "no connection",
    }
    assert {kind for kind, saw in world.items() if not saw["connections"]} == {"null mx", "private"}
    assert not any(saw["content"] for saw in world.values())
    assert all(saw["connections"] <= 1 and len(saw["recipients"]) <= 1 for saw in world.values())
