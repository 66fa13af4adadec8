"""What the API works with, made by the app; every resource asks for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends
from starlette.requests import Request

from missent.core.message import Message
from missent.core.verdict import Verdict
from missent.hold.held import Pick
from missent.hold.interface import HoldStore
from missent.hold.machine import Refused, State
from missent.memory.interface import Store
from missent.memory.memory import Memory
from missent.web.api.metrics import Metrics
from missent.web.tokens import Tokens
from missent.web.trail import Trail


class Screen(Protocol):
    """Decides about a message with what is known now."""

    async def __call__(self, message: Message, *, familiar: bool) -> Verdict:
        """The verdict.

        Args:
            message: what is asked about.
            familiar: whether it counts who here writes to whom; never for strangers.
        """


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """How the API may be used.

    Attributes:
        origins: the pages that browsers may use it from, as `https://www.corp.example`.
        per_token: requests a minute of one token.
        per_address: requests a minute of one address without a token that holds, or with one that
            is for forms.
    """

    origins: tuple[str, ...] = ()
    per_token: int = 6000
    per_address: int = 60


@dataclass(frozen=True, slots=True)
class Desk:
    """What the API works with.

    Attributes:
        store: decisions, exceptions, contacts.
        hold: held messages.
        choose: carries out a choice about one; None where there is no such recipient.
        screen: decides.
        tokens: who may ask.
        trail: where it is noted what was done.
        metrics: what is counted.
        memory: what is decided with.
    """

    store: Store
    hold: HoldStore
    choose: Callable[[Pick], Awaitable[State | Refused | None]]
    screen: Screen
    tokens: Tokens
    trail: Trail
    metrics: Metrics
    memory: Memory


async def _desk(request: Request) -> Desk:
    found: Desk = request.app.state.desk
    return found


AtDesk = Annotated[Desk, Depends(_desk)]
