"""A provider of OpenID Connect on loopback, with real keys and real tokens, that lies when told."""

from __future__ import annotations

import base64
import json
import secrets
import socket
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from missent.web.access import public
from missent.web.options import WebOptions
from missent.web.server import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request

CLIENT, SECRET = "missent", "between us"
ANN: dict[str, Any] = {
    "sub": "1234",
    "preferred_username": "ann@corp.example",
    "roles": ["reviewer", "other"],
}


@cache
def new_key(name: str) -> RSAKey:
    """A key of that name; the same again in this process."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


@dataclass
class FakeProvider:
    """What it says of who signs in, and how it lies.

    Attributes:
        issuer: its address.
        claims: what it says of who signs in, besides what every ID token has.
        lie: changes the claims of the next tokens.
        sign: makes the token of claims; by default as it should be.
        grants: the authorization requests that were answered, by their code.
        about: what its metadata say otherwise.
        key: the one that it signs by.
        published: the keys that it publishes.
    """

    issuer: str
    claims: dict[str, Any] = field(default_factory=lambda: dict(ANN))
    lie: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    sign: Callable[[dict[str, Any]], str] | None = None
    grants: dict[str, dict[str, str]] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: new_key("first"))
    published: list[RSAKey] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.published.append(self.key)

    def token(self, claims: dict[str, Any]) -> str:
        """An ID token of these claims."""
        if self.sign is not None:
            return self.sign(claims)
        return signed(claims, self.key)

    def routes(self) -> list[Route]:
        """What it serves."""
        return [
            Route("/.well-known/openid-configuration", self._about),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/keys", self._keys),
        ]

    @public
    async def _about(self, _: Request) -> Response:
        metadata = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }
        return JSONResponse(metadata | self.about)

    @public
    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        code = secrets.token_urlsafe()
        self.grants[code] = asked
        back = urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 303)

    @public
    async def _token(self, request: Request) -> Response:
        form = await request.form()
        asked = self.grants.pop(str(form["code"]), None)
        login = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
        plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("Authorization") not in {f"Basic {login}", f"Basic {plain}"}:
            return JSONResponse({"error": "invalid_client"}, 401)
        proof = sha256(str(form.get("code_verifier", "")).encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        right = {"code_challenge": challenge, "code_challenge_method": "S256"}
        right |= {"redirect_uri": str(form.get("redirect_uri")), "client_id": CLIENT}
        if asked is None or any(asked.get(name) != value for name, value in right.items()):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": asked.get("nonce", "")} | self.claims
        if self.lie is not None:
            claims = self.lie(claims)
        token = {"access_token": "for nothing", "token_type": "Bearer", "expires_in": 300}
        return JSONResponse(token | {"id_token": self.token(claims)})

    @public
    async def _keys(self, _: Request) -> Response:
        return JSONResponse(KeySet(list(self.published)).as_dict(private=False))


def signed(claims: dict[str, Any], key: RSAKey, **header: str) -> str:
    """A token, signed by a key."""
    return jwt.encode({"alg": "RS256", "kid": key.kid, **header}, claims, key)


def unsigned(claims: dict[str, Any]) -> str:
    """A token of the algorithm `none`."""
    parts = [json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"}, claims)]
    return ".".join(base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in parts) + "."


def signed_by_public_key(claims: dict[str, Any], key: RSAKey) -> str:
    """A token by HMAC with the public key as its secret: the confusion of algorithms."""
    secret = OctKey.import_key(key.as_pem(private=False))
    return jwt.encode({"alg": "HS256", "kid": key.kid}, claims, secret, algorithms=["HS256"])


@asynccontextmanager
async def fake_provider() -> AsyncIterator[FakeProvider]:
    """A provider that runs."""
    listening = socket.create_server(("127.0.0.1", 0))
    provider = FakeProvider(f"http://127.0.0.1:{listening.getsockname()[1]}")
    app = Starlette(routes=provider.routes())
    app.state.options = WebOptions(provider.issuer)
    async with serving(app, [listening]):
        yield provider
