"""`missent serve` as a process of its own."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, ClassVar

from missent.testing.milter import Missent

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self


class Serve(Missent):
    """The gates of a configuration, from `with` to its end."""

    @classmethod
    def with_settings(cls, folder: Path, settings: str) -> Self:
        """Write a configuration; `{base}` is the folder."""
        config = folder / "missent.toml"
        config.write_text(settings.replace("{base}", str(folder)), encoding="utf-8")
        return cls(config, "serve")

    def events(self, name: str) -> list[dict[str, Any]]:
        """The lines of the log with this event."""
        lines = (json.loads(line) for line in self.log.splitlines())
        return [line for line in lines if line["event"] == name]

    @property
    def ports(self) -> list[int]:
        """Where the relay listens: the port for all, and the one for TLS from the first octet."""
        listen = self.events("relay ready")[-1]["listen"]
        return [int(name.rpartition(":")[2]) for name in listen]


class ServeOnAsyncio(Serve):
    """The same without uvloop, as where the extra is not installed."""

    program: ClassVar[tuple[str, ...]] = (
        sys.executable,
        "-c",
        "import sys; sys.modules['uvloop'] = None; from missent.cli import main; main()",
    )
