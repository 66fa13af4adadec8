"""What the milter's tests share: a conversation written out, and the gate as a process."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from missent.gates.milter import commands as c
from missent.testing.postfix import until

if TYPE_CHECKING:
    from typing import Self

POSTFIX_SAYS: tuple[c.Command, ...] = (
    c.Negotiate(6, 0x1FF, 0x1FFFFF),
    c.Macros("C", {"{daemon_name}": "ORIGINATING"}),
    c.Connect("desk.corp.example", "ipv4", 40000, "192.0.2.7"),
    c.Macros("M", {"{auth_authen}": "ann"}),
    c.Mail("<ann@corp.example>", ("SIZE=300",)),
    c.Rcpt("<gen@army.ml>"),
    c.Macros("R", {"i": "4c9QyF1"}),
    c.Rcpt("<bob@partner.example>"),
    c.Header("Message-ID", "<1@corp.example>"),
    c.Header("Subject", "Lunch"),
    c.EndOfHeaders(),
    c.Macros("E", {"i": "4c9QyF1"}),
    c.EndOfMessage(),
    c.Quit(),
)
POSTFIX_SAYS_OCTETS = (
    b"\x00\x00\x00\x0dO\x00\x00\x00\x06\x00\x00\x01\xff\x00\x1f\xff\xff"
    b"\x00\x00\x00\x1cDC{daemon_name}\x00ORIGINATING\x00"
    b"\x00\x00\x00\x20Cdesk.corp.example\x004\x9c\x40192.0.2.7\x00"
    b"\x00\x00\x00\x14DM{auth_authen}\x00ann\x00"
    b"\x00\x00\x00\x1dM<ann@corp.example>\x00SIZE=300\x00"
    b"\x00\x00\x00\x0fR<gen@army.ml>\x00"
    b"\x00\x00\x00\x0cDRi\x004c9QyF1\x00"
    b"\x00\x00\x00\x17R<bob@partner.example>\x00"
    b"\x00\x00\x00\x1dLMessage-ID\x00<1@corp.example>\x00"
    b"\x00\x00\x00\x0fLSubject\x00Lunch\x00"
    b"\x00\x00\x00\x01N"
    b"\x00\x00\x00\x0cDEi\x004c9QyF1\x00"
    b"\x00\x00\x00\x01E"
    b"\x00\x00\x00\x01Q"
)


class Missent:
    """`missent milter` (or `serve`) as a process of its own, from `with` to its end.

    Attributes:
        program: what is run.
        config: its configuration file.
    """

    program: ClassVar[tuple[str, ...]] = (str(Path(sys.executable).with_name("missent")),)

    def __init__(self, config: Path, command: str = "milter") -> None:
        """Run with a configuration that says where to listen."""
        self.config = config
        self._command = command
        self._log = config.with_suffix(".log")

    @classmethod
    def at(cls, base: Path, settings: str, name: str = "milter", command: str = "milter") -> Self:
        """Write a configuration, for a gate that listens on `unix:{base}/{name}.sock`.

        Args:
            base: a directory that Postfix's users can reach.
            settings: TOML; `{base}` is filled in, and `listen` of `[milter]` is added.
            name: tells several of them in one directory apart.
            command: what is run: `milter`, or `serve` for every gate of the settings.
        """
        listening = f'[milter]\nlisten = ["unix:{base}/{name}.sock"]\nmode = "666"\n'
        text = settings.replace("{base}", str(base)).replace("[milter]\n", listening)
        config = base / f"{name}.toml"
        config.write_text(text, encoding="utf-8")
        return cls(config, command)

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            # A session of its own, as a service has.
            self.process = subprocess.Popen(  # noqa: S603  our own program
                [*self.program, "--config", self.config, self._command],
                stderr=log,
                start_new_session=True,
            )
        try:
            until(lambda: '"ready"' in self.log or self.process.poll() is not None, 120, "missent")
        except TimeoutError:
            self.kill()
            raise
        if self.process.poll() is not None:
            raise RuntimeError(self.log)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    @property
    def log(self) -> str:
        """What it logged so far."""
        return self._log.read_text(encoding="utf-8")

    def workers(self) -> list[int]:
        """The processes that serve."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in path.read_text().split()]

    def reload(self) -> None:
        """Read the configuration anew, and wait until that is done or has failed."""
        before = self._reloads()
        self.process.send_signal(signal.SIGHUP)
        until(lambda: self._reloads() > before, 60, "the reload")

    def kill(self) -> None:
        """End all of it at once, with no time for anything."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _reloads(self) -> int:
        return self.log.count('"ready"') + self.log.count("reload failed")
