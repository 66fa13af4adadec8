"""The API over a real store, a real memory and a real hold room, asked over loopback."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from missent.app.api import Asked, counting, routes, telling
from missent.app.assess import Assessor
from missent.app.wiring import build
from missent.memory.memory import Memory
from missent.settings import parse
from missent.testing.hold import room_at
from missent.testing.relay import NextHop
from missent.testing.web import browsing
from missent.web.server import application
from missent.web.sql.tokens import SqlTokens
from missent.web.sql.trail import SqlTrail
from missent.web.tokens import Scope

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    import httpx

    from missent.core.finding import Json
    from missent.hold.room import Room
    from missent.memory.sql.store import SqlStore
    from missent.settings import Settings


@dataclass
class Api:
    """A client of the API, and what lies behind it.

    Attributes:
        http: bears no token; see `bearer`.
        memory: what is decided with.
        store: its store.
        room: holds.
        hop: takes what is released.
        asked: what the API is an entrance to.
    """

    http: httpx.AsyncClient
    memory: Memory
    store: SqlStore
    room: Room
    hop: NextHop
    asked: Asked

    @property
    def trail(self) -> SqlTrail:
        """What was done."""
        return SqlTrail(self.store)

    async def secret(self, *scopes: Scope, name: str = "", expires: int | None = None) -> str:
        """The secret of a new token; with all scopes where none is given."""
        wanted = scopes or [scope for scope in Scope if scope is not Scope.FORM]
        named = name or "-".join(wanted).replace(":", ".")[:60]
        at = int(time.time())
        return (await SqlTokens(self.store).add(named, wanted, "test", at=at, expires=expires))[1]

    async def bearer(self, *scopes: Scope) -> None:
        """Let the client show a token from now on."""
        self.http.headers["Authorization"] = f"Bearer {await self.secret(*scopes)}"


def settings(folder: Path, said: Mapping[str, Any] | None = None) -> Settings:
    """Settings with a store in a folder, and with `[web]`."""
    plain: dict[str, Any] = {
        "store": {"url": f"sqlite:///{folder}/missent.db"},
        "web": {"url": "http://127.0.0.1"},
    }
    return parse({**plain, **(said or {})}, "test")


@asynccontextmanager
async def api_at(folder: Path, **said: Any) -> AsyncIterator[Api]:
    """The API over a SQLite store in a folder.

    Args:
        folder: for the store.
        said: sections of the configuration besides.
    """
    made = settings(folder, said)
    hop = NextHop()
    async with room_at(folder, hop) as room:
        own = frozenset(made.organisation.domains)
        memory = await Memory.open(made.store.url, own_domains=own)
        store: Any = memory.store
        try:
            app, metrics = build(made), counting(made)
            assess = Assessor(app, memory, None, telling(metrics))
            asked = Asked(app, assess, memory, None, room, metrics)
            places = routes(made, asked)
            async with browsing(lambda options: application(places, options)) as http:
                yield Api(http, memory, store, room, hop, asked)
        finally:
            await memory.close()


def told(answer: httpx.Response) -> dict[str, Any]:
    """The object of an answer."""
    body: dict[str, Any] = answer.json()
    return body


def problem(answer: httpx.Response) -> tuple[int, dict[str, Json]]:
    """The status and the object of an answer that is a problem of RFC 9457, and nothing else."""
    if answer.headers["content-type"] != "application/problem+json":
        raise ValueError(f"{answer.headers['content-type']} is no problem: {answer.text[:200]}")
    body = told(answer)
    if body["status"] != answer.status_code or not body["title"] or not body["detail"]:
        raise ValueError(f"an odd problem: {body}")
    return answer.status_code, body
