"""What a Postfix is configured to do, read from its own `postconf`."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_TIME = re.compile(r"(\d+)([smhdw]?)")
_MILTER = re.compile(r"\{([^}]*)\}|([^\s,{}]+)")
_COLUMNS = 8  # of a line of master.cf: name, type, five flags, command


@dataclass(frozen=True, slots=True)
class Listed:
    """One milter of a list, with the settings that stand beside it in braces."""

    endpoint: str
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Service:
    """One smtpd of master.cf.

    Attributes:
        name: its name and type, as `postconf -P` writes them: `submission/inet`.
        chroot: whether it sees nothing but the queue directory.
        settings: main.cf as this service sees it, with its own `-o` settings.
    """

    name: str
    chroot: bool
    settings: Mapping[str, str]

    def get(self, parameter: str) -> str:
        """A setting, "" where it is not known."""
        return self.settings.get(parameter, "")


@dataclass(frozen=True, slots=True)
class Configuration:
    """A whole Postfix.

    Attributes:
        main: main.cf with its defaults.
        services: every smtpd that listens on the network.
        local_chroot: whether cleanup, which asks the milters of local mail, is chrooted.
    """

    main: Mapping[str, str]
    services: tuple[Service, ...]
    local_chroot: bool = False


def read(directory: Path | None = None, program: str = "postconf") -> Configuration:
    """Ask `postconf`.

    Args:
        directory: the configuration directory; None for Postfix's own.
        program: the command.

    Raises:
        OSError: it cannot be run.
        ValueError: it does not like the configuration; with what it says.
    """
    where = [] if directory is None else ["-c", str(directory)]
    main = _settings(_run([program, *where, "-x"]))
    # -P does not expand what its values refer to.
    own = _settings(_run([program, *where, "-P"]))
    master = [line.split(None, _COLUMNS) for line in _run([program, *where, "-M"]).splitlines()]
    whole = [columns for columns in master if len(columns) >= _COLUMNS]
    return Configuration(main, tuple(_services(whole, main, own)), _is_chrooted(whole, "cleanup"))


def milters(value: str) -> tuple[Listed, ...]:
    """Read a list of milters: `inet:host:port { unix:/path, default_action=accept } ...`."""
    found = []
    for braced, plain in _MILTER.findall(value):
        parts = [part.strip() for part in re.split(r"[\s,]+(?=\w+\s*=)|,", braced or plain)]
        pairs = (part.partition("=") for part in parts[1:] if "=" in part)
        found.append(Listed(parts[0], {name.strip(): text.strip() for name, _, text in pairs}))
    return tuple(found)


def seconds(value: str) -> int | None:
    """Read a time such as `30s`; None where it is none."""
    found = _TIME.fullmatch(value.strip())
    return int(found[1]) * _SECONDS[found[2]] if found else None


def _run(command: list[str]) -> str:
    done = subprocess.run(  # noqa: S603  the administrator names the program
        command, check=False, capture_output=True, text=True, timeout=30
    )
    if done.returncode:
        raise ValueError(done.stderr.strip() or f"{command[0]} failed")
    return done.stdout


def _settings(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _is_chrooted(master: Sequence[Sequence[str]], name: str) -> bool:
    return any(columns[:2] == [name, "unix"] and columns[4] == "y" for columns in master)


def _services(
    master: Sequence[Sequence[str]], main: Mapping[str, str], own: Mapping[str, str]
) -> list[Service]:
    found = []
    for columns in master:
        if columns[1] != "inet" or not columns[7].split()[0].endswith("smtpd"):
            continue
        name = f"{columns[0]}/inet"
        overrides = {
            key.removeprefix(f"{name}/"): _expanded(value, main)
            for key, value in own.items()
            if key.startswith(f"{name}/")
        }
        found.append(Service(name, columns[4] == "y", {**main, **overrides}))
    return found


def _expanded(value: str, main: Mapping[str, str]) -> str:
    return re.sub(r"\$\{?(\w+)\}?", lambda found: main.get(found[1], ""), value)
