"""What commands share that work on the store: who asks, the store itself, and how it is listed."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import re
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence
    from typing import Any

    from missent.cli.root import Context
    from missent.memory.sql.store import SqlStore

T = TypeVar("T")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def me() -> str:
    """Who stands at the shell, as the trail names it: the user of the system, and before `sudo`.

    The user is what the system says; the name before `sudo` is what the environment says.
    """
    uid = os.getuid()
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:  # as in a container that runs under a number
        user = f"uid {uid}"
    before = os.environ.get("SUDO_USER", "")
    return f"{before} as {user} (shell)" if before not in {"", user} else f"{user} (shell)"


def name(_context: click.Context, _option: click.Parameter, given: str) -> str:
    """The callback of an argument that names something new."""
    if not _NAME.fullmatch(given):
        raise click.BadParameter(
            f"{given!r} is no name: up to 64 letters (a-z), digits, '.', '-' and '_'"
        )
    return given


def with_store(
    context: Context, ask: Callable[[SqlStore], Coroutine[Any, Any, T]], *, make: bool = False
) -> T:
    """Ask the store of the settings, and close it again.

    With `make` it is made where there is none, and that is told: the path may be misspelt.
    """
    from missent.app.remember import absent, open_store  # noqa: PLC0415  slow to import
    from missent.report import log  # noqa: PLC0415  likewise

    settings = context.settings()
    log.configure(settings.log.format, "warning")

    async def run() -> T:
        new = absent(settings) if make and settings.store.url else None
        store = await open_store(settings, make=make)
        if new:
            click.echo(f"{new}: a new store, made now", err=True)
        try:
            return await ask(store)
        finally:
            await store.close()

    with context.blamed():
        return asyncio.run(run())


async def noted(store: SqlStore, action: str, what: str = "", detail: str = "") -> None:
    """Write into the trail what is about to be done here."""
    from missent.web.sql.trail import SqlTrail  # noqa: PLC0415  slow to import

    await SqlTrail(store).record(me(), action, what, detail)


def listed(
    found: Sequence[T],
    form: str,
    *,
    line: Callable[[T], str],
    as_json: Callable[[T], Mapping[str, Any]],
    none: str,
) -> None:
    """Print what was found, one a line; or for people that there is nothing."""
    for one in found:
        click.echo(json.dumps(as_json(one)) if form == "json" else line(one))
    if not found and form == "text":
        click.echo(none, err=True)
