"""What every page stands in, and what every page may ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from missent.core.moment import iso
from missent.core.policy import Policy
from missent.web.access import Role
from missent.web.console import differences, moments
from missent.web.render import page, templates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from missent.core.permission import Permission
    from missent.hold.room import Room
    from missent.memory.interface import Store
    from missent.web.access import Principal
    from missent.web.trail import Trail


class Setting(NamedTuple):
    """One line of the settings page: a key, its value in words, and whether it was chosen."""

    key: str
    value: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class About:
    """What the configuration says, as far as pages show it.

    Attributes:
        version: of missent.
        policy: the rules, and whether they are enforced.
        checks: each check's code, and what it looks for.
        permissions: the exceptions of the file.
        settings: the sections of the file, each with its lines; no secret is among them.
        keeps: whether released mail stays in an outbox on this machine.
        dns: whether the DNS is asked.
    """

    version: str
    policy: Policy = field(default_factory=Policy)
    checks: dict[str, str] = field(default_factory=dict)
    permissions: tuple[Permission, ...] = ()
    settings: tuple[tuple[str, tuple[Setting, ...]], ...] = ()
    keeps: bool = False
    dns: bool = False


class Sample(Protocol):
    """The sample organisation."""

    domain: str
    """What its addresses end in."""

    async def there(self) -> bool:
        """Whether it is in the store."""

    async def remove(self) -> int:
        """Take it away; how many rows."""


@dataclass(frozen=True, slots=True)
class Console:
    """Everything that the pages ask.

    Attributes:
        store: what was decided.
        trail: who did what.
        about: what the configuration says.
        room: what is held; None where nothing is.
        sample: the sample organisation.
    """

    store: Store
    trail: Trail
    about: About
    room: Room | None = None
    sample: Sample | None = None


class Link(NamedTuple):
    """One of the pages."""

    path: str
    name: str
    role: Role = Role.VIEWER


PAGES = (
    Link("/", "Overview"),
    Link("/held", "Held"),
    Link("/decisions", "Decisions"),
    Link("/exceptions", "Exceptions"),
    Link("/policy", "Policy"),
    Link("/settings", "Settings"),
    Link("/trail", "Audit log", Role.ADMINISTRATOR),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """Around a page.

    Attributes:
        here: the path of the page's link.
        pages: those that whoever asks may see.
        waiting: how many messages wait, "" for none.
        sample: what the addresses of the sample end in, "" where it is not there.
        who: asks.
    """

    here: str
    pages: Sequence[Link]
    waiting: str
    sample: str
    who: Principal

    def may(self, role: str) -> bool:
        """Whether whoever asks has this role."""
        return self.who.may(Role(role))


async def show(
    console: Console,
    request: Request,
    template: str,
    here: str,
    status: int = 200,
    **values: object,
) -> Response:
    """Render a page of the console in its frame."""
    who: Principal = request.state.principal
    waiting = 0
    if console.room is not None:
        waiting = await console.room.store.waiting()
    there = console.sample is not None and await console.sample.there()
    frame = Frame(
        here,
        [link for link in PAGES if who.may(link.role)],
        f"{waiting:,}" if waiting else "",
        console.sample.domain if there and console.sample is not None else "",
        who,
    )
    templates().globals.update(differences=differences, iso=iso, moments=moments)
    return page(request, template, status, frame=frame, **values)
