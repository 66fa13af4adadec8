"""What every store of API tokens must keep, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from missent.web.sql.tokens import SqlTokens
from missent.web.sql.trail import SqlTrail
from missent.web.tokens import Scope, digest

if TYPE_CHECKING:
    from missent.memory.sql.store import SqlStore


async def test_a_token_is_found_by_the_digest_of_its_secret_alone(store: SqlStore) -> None:
    tokens = SqlTokens(store)
    made, secret = await tokens.add("a", [Scope.METRICS, Scope.FORM], "ann", at=10, expires=20)
    other, another = await tokens.add("b", [Scope.SCREEN], "ann", at=11)
    assert secret != another
    assert await tokens.find(digest(secret)) == made
    assert await tokens.find(digest(another)) == other
    assert await tokens.find(digest(secret[:-1])) is None
    assert await tokens.all() == [made, other]
    assert [made.holds(at) for at in (10, 19, 20)] == [True, True, False]


async def test_it_is_used_and_revoked_with_a_trace(store: SqlStore) -> None:
    tokens = SqlTokens(store)
    made, secret = await tokens.add("a", [Scope.SCREEN], "ann", at=10)
    await tokens.used(made.number, 15)
    assert await tokens.revoke("a", "bob", 17)
    found = await tokens.find(digest(secret))
    assert found
    assert (found.used, found.revoked, found.holds(17)) == (15, 17, False)
    assert not await tokens.revoke("a", "bob", 18)
    noted = [(one.who, one.action, one.object) for one in await SqlTrail(store).rows()]
    assert noted == [("bob", "revoke token", "a"), ("ann", "add token", "a")]


async def test_a_name_that_holds_is_given_once(store: SqlStore) -> None:
    tokens = SqlTokens(store)
    await tokens.add("a", [Scope.SCREEN], "ann", at=10)
    with pytest.raises(ValueError, match="there is a token 'a'"):
        await tokens.add("a", [Scope.SCREEN], "ann", at=11)
    assert len(await SqlTrail(store).rows()) == 1
