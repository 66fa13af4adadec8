"""missent's milter with its real decision, but without learning: `missent_deciding.py CONFIG`.

It tells apart what deciding costs and what remembering costs. One process and no parent.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from missent.app import gates, serve
from missent.app.assess import Assessor
from missent.app.remember import remembering
from missent.app.wiring import build
from missent.gates.milter import run
from missent.report import log
from missent.serving import loop
from missent.serving.process import Life
from missent.settings import load

if TYPE_CHECKING:
    from missent.core.message import Message


class Deciding(Assessor):
    """Decides with the memory, and adds nothing to it."""

    async def sent(self, message: Message) -> None:
        """Leave it."""


async def main(config: Path) -> None:
    settings = load(config)
    log.configure(settings.log.format, settings.log.level)
    sockets = serve.open_sockets(settings)
    found = gates.milter(settings)
    assert found is not None  # noqa: S101  the benchmark wrote it
    reading, _ = os.pipe()
    async with remembering(settings) as memory:
        assess = Deciding(build(settings), memory)
        async with run.serving(found[0], assess, sockets.milter, None, assess.at_once):
            await asyncio.sleep(0)
            await loop.until_told(Life(lambda: config.with_suffix(".ready").touch(), reading))


loop.run(main(Path(sys.argv[1])))
