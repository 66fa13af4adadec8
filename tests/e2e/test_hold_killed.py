"""Held mail at load while processes are killed, the disk is full and the next hop is down.

`MISSENT_HOLD_MESSAGES=5000` is the full size.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from missent.testing.holding import GATE, Site, site
from missent.testing.holding_load import Load, kill_one
from missent.testing.milter import Missent
from missent.testing.postfix import until, why_not
from missent.testing.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
    pytest.mark.timeout(3600),
]

MESSAGES = int(os.environ.get("MISSENT_HOLD_MESSAGES", "500"))
MORE = """
[serve]
workers = 2
grace = 3
[[rule]]
pattern = "ask.example"
owner = "security@corp.example"
reason = "asked about always"
"""


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of its own, which can be filled."""
    folder.mkdir()
    size = 16 + MESSAGES // 100
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", folder],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("no tmpfs can be mounted here")
    try:
        yield folder
    finally:
        until(lambda: not subprocess.run(["umount", folder], check=False).returncode)


def fill(folder: Path) -> Path:
    """Leave no room on a disk."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1 << 16))
    with filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(512))
    return filler


def settings(ours: Site, disk: Path, wire: Wire) -> str:
    text = ours.settings + MORE
    text = text.replace(
        '"hold" }]', '"hold" }, { code = "X901", probability = 0.5, action = "hold" }]'
    )
    text = text.replace(f"sqlite:///{ours.postfix.base}/store", f"sqlite:///{disk}")
    head, _, rest = text.partition("[hold]")
    own = rest.replace(f"smtp://127.0.0.1:{ours.inside}", f"smtp://127.0.0.1:{wire.port}", 1)
    return f"{head}[hold]{own}"


def test_nothing_is_lost_whatever_breaks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with (
        site("an_hour = 1000000", gate=GATE) as ours,
        small_disk(ours.postfix.base / "disk") as disk,
        Wire(ours.inside) as wire,
        Missent.at(ours.postfix.base, settings(ours, disk, wire)) as gate,
    ):

        def reach(share: float) -> None:
            until(lambda: load.sent >= share * MESSAGES, 1800, "so many messages")

        def trouble(load: Load) -> None:
            reach(0.1)
            filler = fill(disk)
            time.sleep(2)
            filler.unlink()
            reach(0.3)
            wire.cut()
            reach(0.4)
            wire.mend()
            while load.sent < MESSAGES:
                # A worker that lived for less than a second is replaced after a pause, which
                # grows: on a busy machine nearly all of the time would be pauses.
                time.sleep(1.3)
                kill_one(gate, load.count)
            for _ in range(3):
                time.sleep(1)
                kill_one(gate, load.count)

        load = Load(ours, MESSAGES)
        began = time.monotonic()
        count = load.run(trouble)
        with capsys.disabled():
            print(f"\n{count}; {time.monotonic() - began:.0f} s")  # noqa: T201  what is to be shown

        assert len(count.taken) == MESSAGES
        assert count.killed >= 3
        assert "disk is full" in gate.log
        assert count.lost == count.stray == set()
        # SMTP leaves one moment open: between the next hop's yes and our note of it. Measured were
        # 4 copies at 383 kills, and once 2 at 14; without the journal 25 at 33.
        assert len(count.twice) <= 2 + count.killed // 25
