"""Signing in at a provider of OpenID Connect: real HTTP, real keys, real tokens."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from joserfc.jwk import RSAKey

from missent.testing import oidc
from missent.testing.signin import console
from missent.web.access import Role
from missent.web.signin.oidc import OidcOptions, Provider, values

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from missent.testing.oidc import FakeProvider
    from missent.testing.signin import Console

ROLES = {role: (role.value,) for role in Role}
OPTIONS = OidcOptions("", oidc.CLIENT, oidc.SECRET, "", roles=ROLES)


@asynccontextmanager
async def both(
    folder: Path, options: OidcOptions = OPTIONS
) -> AsyncIterator[tuple[FakeProvider, Console]]:
    async with (
        oidc.fake_provider() as provider,
        console(folder, replace(options, issuer=provider.issuer)) as one,
    ):
        yield provider, one


async def there(client: httpx.AsyncClient, place: str = "/") -> str:
    """Go to the provider, and return where it sends us back to."""
    sent = await client.get("/signin/provider", params={"next": place})
    assert sent.status_code == 303, sent.text
    async with httpx.AsyncClient(trust_env=False) as elsewhere:
        back = await elsewhere.get(sent.headers["Location"])
    return back.headers["Location"]


async def sign_in(client: httpx.AsyncClient, place: str = "/") -> httpx.Response:
    return await client.get(await there(client, place))


async def test_in_with_a_role(tmp_path: Path) -> None:
    async with both(tmp_path) as (provider, one):
        page = await one.client.get("/signin", params={"next": "/held?page=2"})
        assert "/signin/provider?next=/held%3Fpage%3D2" in page.text
        done = await sign_in(one.client, "/held?page=2")
        assert (done.status_code, done.headers["Location"]) == (303, "/held?page=2")
        assert (await one.client.get("/")).text == "ann@corp.example reviewer"
        # at the next sign-in the role is what it is there then, under the same name
        provider.claims |= {"roles": "administrator", "preferred_username": "other@corp.example"}
        await sign_in(one.client)
        assert (await one.client.get("/")).text == "ann@corp.example administrator"
        assert [(who, what) for who, what, *_ in await one.trail()] == [
            (provider.issuer, "add user"),
            ("ann@corp.example", "sign in"),
            (provider.issuer, "change role of user"),
            ("ann@corp.example", "sign in"),
        ]


async def test_what_is_asked_is_bound_to_this_browser(tmp_path: Path) -> None:
    async with both(tmp_path) as (provider, one), one.browser() as other:
        back = await there(one.client)
        (asked,) = provider.grants.values()
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["scope"] == "openid profile email"
        assert len(asked["state"]) > 20
        assert len(asked["nonce"]) > 40
        assert oidc.SECRET not in str(asked)
        assert (await other.get(back)).status_code == 400  # began elsewhere
        await there(other)
        assert (await other.get(back)).status_code == 502  # the state of another
        assert (await one.client.get(back)).status_code == 303
        assert (await one.client.get(back)).status_code == 400  # for once


async def test_no_role_no_entry(tmp_path: Path) -> None:
    async with both(tmp_path) as (provider, one):
        provider.claims["roles"] = ["something else"]
        done = await sign_in(one.client)
        assert done.status_code == 403
        assert "no role here" in done.text
        assert (await one.client.get("/")).status_code == 303
        assert await one.desk.accounts.all() == []
        assert (await one.trail())[0][1] == "fail to sign in"


async def test_two_people_of_one_name_are_two(tmp_path: Path) -> None:
    async with both(tmp_path) as (provider, one):
        await one.add("ann")
        await sign_in(one.client)
        for number in ("1235", "1236"):
            provider.claims["sub"] = number
            await sign_in(one.client)
        provider.claims["preferred_username"] = "ann"  # not the local account of that name
        provider.claims["sub"] = "1237"
        await sign_in(one.client)
        host = provider.issuer.removeprefix("http://")
        assert [found.name for found in await one.desk.accounts.all()] == [
            f"1235@{host}",
            f"1236@{host}",
            "ann",
            "ann@127.0.0.1",
            "ann@corp.example",
        ]
        assert (await one.client.get("/")).text == "ann@127.0.0.1 reviewer"


def without(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def with_(**more: object) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda claims: claims | more


LIES = {
    "wrong nonce": with_(nonce="another"),
    "no nonce": without("nonce"),
    "wrong audience": with_(aud="somebody-else"),
    "wrong audience, and we the party": with_(aud="somebody-else", azp=oidc.CLIENT),
    "another party": with_(aud=[oidc.CLIENT, "other"], azp="other"),
    "no audience": without("aud"),
    "wrong issuer": with_(iss="https://evil.example"),
    "no issuer": without("iss"),
    "expired": with_(exp=int(time.time()) - 600, iat=int(time.time()) - 900),
    "no end": without("exp"),
    "not yet": with_(nbf=int(time.time()) + 600),
    "no subject": without("sub"),
}


async def test_a_token_that_is_not_for_us_is_refused(tmp_path: Path) -> None:
    async with both(tmp_path) as (provider, one):
        for name, lie in LIES.items():
            provider.lie = lie
            assert (await sign_in(one.client)).status_code == 502, name
            assert (await one.client.get("/")).status_code == 303, name
        assert await one.desk.accounts.all() == []
        provider.lie = None
        assert (await sign_in(one.client)).status_code == 303


async def test_a_token_that_is_not_signed_by_a_published_key_is_refused(tmp_path: Path) -> None:
    async with both(tmp_path) as (provider, one):
        right, unknown = provider.key, oidc.new_key("unknown")
        stolen = RSAKey.import_key(unknown.raw_value, {"kid": "first"})
        forgeries: list[Callable[[dict[str, Any]], str]] = [
            oidc.unsigned,
            lambda claims: oidc.signed_by_public_key(claims, right),
            lambda claims: oidc.signed(claims, unknown),
            lambda claims: oidc.signed(claims, stolen),
            lambda claims: oidc.signed(claims, right)[:-4] + "AAAA",
            lambda _: "",
            lambda _: "a.b.c",
        ]
        for forge in forgeries:
            provider.sign = forge
            assert (await sign_in(one.client)).status_code == 502
            assert (await one.client.get("/")).status_code == 303
        provider.sign = None
        assert (await sign_in(one.client)).status_code == 303


async def test_a_provider_may_change_its_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with both(tmp_path) as (provider, one):
        assert (await sign_in(one.client)).status_code == 303
        provider.key = oidc.new_key("second")
        provider.published[:] = [provider.key]
        # unknown keys do not make us ask at once again and again
        assert (await sign_in(one.client)).status_code == 502
        monkeypatch.setattr("missent.web.signin.oidc._PAUSE", 0)
        assert (await sign_in(one.client)).status_code == 303


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://evil.example"},
        {"jwks_uri": None},
        {"token_endpoint": "http://127.0.0.1:1/"},
    ],
)
async def test_a_provider_that_is_not_itself_is_told(tmp_path: Path, about: dict[str, Any]) -> None:
    async with both(tmp_path) as (provider, one):
        provider.about = about
        sent = await one.client.get("/signin/provider")
        if sent.status_code == 303:
            async with httpx.AsyncClient(trust_env=False) as elsewhere:
                back = await elsewhere.get(sent.headers["Location"])
            sent = await one.client.get(back.headers["Location"])
        assert sent.status_code == 502
        assert "not signed in" in sent.text


async def test_a_provider_that_refuses_or_cannot_be_reached_is_told(tmp_path: Path) -> None:
    gone = replace(OPTIONS, issuer="http://127.0.0.1:1")
    async with console(tmp_path / "a", gone) as one:
        assert (await one.client.get("/signin/provider")).status_code == 502
    async with both(tmp_path / "b") as (provider, one):
        back = await there(one.client)
        state = back.partition("state=")[2].partition("&")[0]
        refused = f"/signin/provider/back?error=access_denied&state={state}"
        assert (await one.client.get(refused)).status_code == 502
        back = await there(one.client)
        mixed = back.partition("&iss=")[0] + "&iss=https%3A%2F%2Fevil.example"
        assert (await one.client.get(mixed)).status_code == 502
        assert provider.grants


async def test_a_wrong_secret_is_told(tmp_path: Path) -> None:
    async with both(tmp_path, replace(OPTIONS, secret="wrong")) as (_, one):
        assert (await sign_in(one.client)).status_code == 502
    assert "wrong" not in repr(replace(OPTIONS, secret="wrong"))


async def test_beginning_is_slowed(tmp_path: Path) -> None:
    async with both(tmp_path) as (_, one):
        found = [(await one.client.get("/signin/provider")).status_code for _ in range(32)]
        assert found[:30] == [303] * 30
        assert found[-1] == 429


@pytest.mark.parametrize(
    ("claim", "said", "role"),
    [
        ("roles", {"roles": ["viewer", "administrator"]}, Role.ADMINISTRATOR),
        ("realm_access.roles", {"realm_access": {"roles": ["reviewer"]}}, Role.REVIEWER),
        ("https://corp.example/role", {"https://corp.example/role": "viewer"}, Role.VIEWER),
        ("email", {"email": "viewer", "email_verified": True}, Role.VIEWER),
        ("email", {"email": "viewer"}, None),
        ("email", {"email": "viewer", "email_verified": "true"}, None),
        ("roles", {"roles": {"administrator": 1}}, None),
        ("roles", {"roles": [["administrator"]]}, None),
        ("none.at.all", {}, None),
    ],
)
def test_where_the_role_stands(claim: str, said: dict[str, Any], role: Role | None) -> None:
    provider = Provider(replace(OPTIONS, issuer="https://id.example", role_claim=claim))
    assert provider.vouched({"sub": "1"} | said).role is role


async def test_everybody_may_be_a_viewer(tmp_path: Path) -> None:
    roles = ROLES | {Role.VIEWER: ("*",)}
    async with both(tmp_path, replace(OPTIONS, roles=roles)) as (provider, one):
        provider.claims |= {"roles": [], "preferred_username": ""}
        await sign_in(one.client)
        assert (await one.client.get("/")).text == "1234@127.0.0.1 viewer"


def test_values_of_claims() -> None:
    assert values({"a": {"b": ["c", 1, "d"]}, "a.b": None}, "a.b") == {"c", "d"}
    assert values({"a": "b"}, "a.b") == set()
