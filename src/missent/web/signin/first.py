"""The first account, for a console that nobody was given one of yet."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from missent.web.access import Role
from missent.web.signin.desk import LINK, LINK_HOLDS
from missent.web.signin.secret import hashed, new_secret
from missent.web.sql.accounts import Account, SqlAccounts
from missent.web.sql.pending import SqlPending, Step
from missent.web.sql.trail import SqlTrail

if TYPE_CHECKING:
    from missent.memory.sql.store import SqlStore

SHELL = "(shell)"


async def link(store: SqlStore, url: str, name: str, by: str, holds: int = LINK_HOLDS) -> str:
    """A link that signs an account in, once.

    Args:
        store: is open.
        url: of the console, without a slash at its end.
        name: of the account, which must be there.
        by: who asks for it.
        holds: seconds that it can be used for.
    """
    secret, at = new_secret(), int(time.time())
    await SqlTrail(store).record(by, "make link for user", name, at=at)
    await SqlPending(store).add(hashed(secret), LINK, Step(name, ""), at, at + holds)
    return f"{url}/signin/link/{secret}"


async def first_link(store: SqlStore, url: str, name: str = "admin") -> str:
    """A link for the administrator, who is made where there is no account at all.

    For a trial run, whose terminal is read by who may do everything anyway. The account has no
    password; `missent user passwd` gives it one, and from then on there is no link: "".
    """
    accounts = SqlAccounts(store)
    if not await accounts.all():
        await accounts.add(Account(name, Role.ADMINISTRATOR), SHELL)
    found = await accounts.find(name)
    if found is None or found.password or found.source:
        return ""
    return await link(store, url, name, SHELL)
