"""The API, made from the settings, over what the gates decide with."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from missent.app import gates
from missent.app.wiring import NO_EXCEPTIONS, NOTHING_ASKED
from missent.core.facts import NO_HISTORY
from missent.memory.sql.store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.routing import BaseRoute

    from missent.app.assess import Assessor
    from missent.app.domains import Domains
    from missent.app.wiring import App
    from missent.core.message import Message
    from missent.core.verdict import Verdict
    from missent.gates.disposition import Disposition
    from missent.hold.room import Room
    from missent.memory.memory import Memory
    from missent.settings import Settings
    from missent.web.api.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Asked:
    """What the API is an entrance to.

    Attributes:
        app: decides.
        assess: decides with what the memory and the DNS say.
        memory: who writes to whom.
        domains: what the DNS says; None where it is not asked.
        room: held messages; None where none are held.
        metrics: what is counted.
    """

    app: App
    assess: Assessor
    memory: Memory | None
    domains: Domains | None
    room: Room | None
    metrics: Metrics | None

    async def screen(self, message: Message, *, familiar: bool) -> Verdict:
        """Decide with all that is known, or without who here writes to whom."""
        if familiar:
            return self.assess.at_once(message) or await self.assess(message)
        domains = NOTHING_ASKED
        if self.domains is not None:
            domains = self.domains.at_once(message) or await self.domains.gather(message)
        permissions = self.memory.permissions if self.memory else NO_EXCEPTIONS
        return self.app.over(NO_HISTORY, permissions).screen(message, domains=domains)


def counting(settings: Settings) -> Metrics | None:
    """What is counted, where there is somebody to tell.

    Raises:
        ConfigError: an extra is missing.
    """
    if settings.web is None:
        return None
    from missent.app.web import options  # noqa: PLC0415  it says what is missing

    options(settings)
    from missent.web.api.metrics import Metrics  # noqa: PLC0415  an extra

    return Metrics()


def telling(metrics: Metrics | None) -> Callable[[Sequence[Disposition]], None] | None:
    """How an assessor tells what gates decided."""
    if metrics is None:
        return None

    def told(dispositions: Sequence[Disposition]) -> None:
        metrics.decided(
            ("undecided" if one.action is None else str(one.action), one.outcome.value)
            for one in dispositions
        )

    return told


def share(settings: Settings) -> None:
    """Let all workers count together: their numbers lie in a folder of the parent's.

    It must be called before the first worker begins, and before anything is counted.
    """
    if settings.web is None or gates.workers(settings).count == 1:
        return
    folder, parent = tempfile.mkdtemp(prefix="missent-metrics-"), os.getpid()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder

    def end() -> None:
        if os.getpid() == parent:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)


def routes(settings: Settings, asked: Asked) -> Sequence[BaseRoute]:
    """The API's place in what is served; none without a store."""
    memory, metrics, room = asked.memory, asked.metrics, asked.room
    if settings.web is None or metrics is None or memory is None:
        return ()
    store = memory.store
    if not isinstance(store, SqlStore):
        return ()
    from missent.hold.sql.store import SqlHold  # noqa: PLC0415  slow to import
    from missent.web.api import app  # noqa: PLC0415  an extra
    from missent.web.api.desk import ApiOptions, Desk  # noqa: PLC0415  likewise
    from missent.web.sql.tokens import SqlTokens  # noqa: PLC0415  likewise
    from missent.web.sql.trail import SqlTrail  # noqa: PLC0415  likewise

    hold = SqlHold(store)
    desk = Desk(
        store,
        hold,
        room.choose if room is not None else hold.choose,
        asked.screen,
        SqlTokens(store),
        SqlTrail(store),
        metrics,
        memory,
    )
    own = settings.web.api
    options = ApiOptions(own.origins, own.per_token, own.per_address)
    return [app.Below(app.application(desk, options))]
