"""OpenID Connect: the authorization code flow with PKCE, by Authlib.

What the provider says is believed when its ID token is signed by a key that it publishes, with an
asymmetric algorithm, names it as the issuer and us as the audience, has not expired, and bears the
nonce of this very sign-in (OpenID Connect Core 3.1.3.7).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from missent.web.access import Role
from missent.web.signin.secret import new_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_ALGORITHMS += ["EdDSA", "Ed25519"]
_BASIC = "client_secret_basic"
_PATIENCE = 10.0  # seconds for an answer of the provider
_FRESH = 3600  # seconds that its metadata and keys are used for
_PAUSE = 30  # seconds between two looks for a key that is new
_LEEWAY = 60  # seconds that clocks may differ
_LONGEST = 200  # characters of a claim that becomes a name


class ProviderError(RuntimeError):
    """The provider cannot be reached, or what it says is not to be believed; the text says why."""


@dataclass(frozen=True, slots=True)
class OidcOptions:
    """How a provider is asked, and what its claims mean.

    Attributes:
        issuer: the provider, exactly as it names itself.
        client_id: our name there.
        secret: our secret there; "" for a public client.
        redirect: where it sends browsers back to.
        label: what people call it.
        scopes: what is asked for.
        name_claim: the claim that an account is named by.
        role_claim: the claim that says the role; `a.b` is `b` within `a`.
        roles: values of that claim, by what they make somebody.
    """

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    redirect: str
    label: str = "single sign-on"
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    name_claim: str = "preferred_username"
    role_claim: str = "roles"
    roles: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in at the provider that began.

    Attributes:
        url: where the browser is sent.
        state: comes back with it.
        nonce: must stand in the ID token.
        verifier: proves that who began is who ends (RFC 7636).
    """

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for.

    Attributes:
        subject: who it is there, for good.
        name: a name for people, which always has a "@".
        role: None where no claim gives one.
    """

    subject: str
    name: str
    role: Role | None


class Provider:
    """One of them."""

    def __init__(self, options: OidcOptions) -> None:
        self.options = options
        self._metadata: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._read_at = self._keys_at = 0.0

    async def begin(self) -> Begun:
        """Begin a sign-in.

        Raises:
            ProviderError: the provider cannot be asked.
        """
        metadata = await self._about()
        nonce, verifier = new_secret(), new_secret()
        async with self._client(metadata) as client:
            url, state = client.create_authorization_url(
                metadata["authorization_endpoint"], nonce=nonce, code_verifier=verifier
            )
        return Begun(str(url), str(state), nonce, verifier)

    async def end(self, code: str, nonce: str, verifier: str) -> Vouched:
        """Exchange a code for what the provider says of somebody.

        Raises:
            ProviderError: it says nothing, or nothing to be believed.
        """
        metadata = await self._about()
        try:
            async with self._client(metadata) as client:
                token = await client.fetch_token(
                    metadata["token_endpoint"], code=code, code_verifier=verifier
                )
        except (AuthlibBaseError, httpx2.HTTPError, ValueError) as error:
            raise ProviderError(f"no token for the code: {_short(error)}") from None
        if not isinstance(token.get("id_token"), str):
            raise ProviderError("no ID token came; is openid among the scopes?")
        try:
            return self.vouched(await self._claims(token, nonce))
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderError(f"the ID token is not to be believed: {_short(error)}") from None

    def _client(self, metadata: Mapping[str, Any]) -> AsyncOAuth2Client:
        own = self.options
        method = "none"
        if own.secret:
            offered = metadata.get("token_endpoint_auth_methods_supported", [_BASIC])
            method = _BASIC if _BASIC in offered else "client_secret_post"
        return AsyncOAuth2Client(
            own.client_id,
            own.secret or None,
            token_endpoint_auth_method=method,
            scope=" ".join(own.scopes),
            redirect_uri=own.redirect,
            code_challenge_method="S256",
            timeout=_PATIENCE,
        )

    async def _claims(self, token: Mapping[str, Any], nonce: str) -> CodeIDToken:
        registry = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)
        try:
            decoded = jwt.decode(token["id_token"], await self._key_set(), registry=registry)
        except InvalidKeyIdError:  # the provider may have changed its keys
            decoded = jwt.decode(
                token["id_token"], await self._key_set(anew=True), registry=registry
            )
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": self.options.issuer},
                "aud": {"essential": True, "value": self.options.client_id},
                "exp": {"essential": True},
            },
            {
                "nonce": nonce,
                "client_id": self.options.client_id,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(leeway=_LEEWAY)
        return claims

    def vouched(self, claims: Mapping[str, Any]) -> Vouched:
        """Whom claims that are believed are about."""
        subject, name = str(claims["sub"]), claims.get(self.options.name_claim)
        if not isinstance(name, str) or not name.strip():
            name = subject
        name = "".join(c for c in name[:_LONGEST] if c.isprintable())
        if "@" not in name:
            name += f"@{urlsplit(self.options.issuer).hostname}"
        return Vouched(subject, name, self._role(claims))

    def _role(self, claims: Mapping[str, Any]) -> Role | None:
        claim = self.options.role_claim
        if claim == "email" and claims.get("email_verified") is not True:
            return None  # anybody may claim any address
        has = values(claims, claim)
        for role in reversed(Role):
            wanted = self.options.roles.get(role, ())
            if "*" in wanted or has & set(wanted):
                return role
        return None

    async def _about(self) -> dict[str, Any]:
        if not self._metadata or time.monotonic() - self._read_at > _FRESH:
            issuer = self.options.issuer
            found = await _json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != issuer:
                raise ProviderError(f"it calls itself {found.get('issuer')!r}, not {issuer!r}")
            for key in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not isinstance(found.get(key), str):
                    raise ProviderError(f"it names no {key}")
            self._metadata, self._read_at = found, time.monotonic()
        return self._metadata

    async def _key_set(self, *, anew: bool = False) -> KeySet:
        age = time.monotonic() - self._keys_at
        if self._keys is None or age > (_PAUSE if anew else _FRESH):
            metadata = await self._about()
            found = await _json(metadata["jwks_uri"])
            self._keys = KeySet.import_key_set(found)  # type: ignore[arg-type]
            self._keys_at = time.monotonic()
        return self._keys


def values(claims: Mapping[str, Any], claim: str) -> set[str]:
    """The values of a claim: one text, or each of a list; `a.b` is `b` within `a`."""
    found: Any = claims.get(claim)
    if found is None:
        found = claims
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    if isinstance(found, str):
        return {found}
    return {one for one in found if isinstance(one, str)} if isinstance(found, list) else set()


async def _json(url: str) -> dict[str, Any]:
    try:
        async with httpx2.AsyncClient(timeout=_PATIENCE) as client:
            answer = await client.get(url)
            answer.raise_for_status()
            found = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise ProviderError(f"{url}: {_short(error)}") from None
    if not isinstance(found, dict):
        raise ProviderError(f"{url}: no JSON object")
    return found


def _short(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
