"""The section of the console, the API and the pages on which senders choose."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from missent.settings.section import Count, File, Networks, Section, Texts

Origin = Annotated[
    str,
    Field(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]+)?$", examples=["https://www.corp.example"]),
]


class OidcSection(Section):
    """Signing in at a provider of OpenID Connect; see docs/how-to/console.md."""

    issuer: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")]
    """The provider's address, below which it answers `/.well-known/openid-configuration`."""
    client_id: Annotated[str, Field(min_length=1)]
    """The name that we were registered by there."""
    client_secret_file: File | None = None
    """The file whose first line is our secret there; without it, it is taken from the environment
    variable `MISSENT_WEB_OIDC_SECRET`."""
    label: Annotated[str, Field(min_length=1, max_length=60)] = "single sign-on"
    """What the button says after "Sign in with"."""
    scopes: Texts = ("openid", "profile", "email")
    """What is asked for."""
    name_claim: str = "preferred_username"
    """The claim that an account is named by."""
    role_claim: str = "roles"
    """The claim that roles are read from; `a.b` is `b` within `a`."""
    viewer: Texts = ("viewer",)
    """Values of that claim that make somebody a viewer; `*` for everybody whom the provider lets
    in."""
    reviewer: Texts = ("reviewer",)
    """Values that make somebody a reviewer."""
    administrator: Texts = ("administrator",)
    """Values that make somebody an administrator."""


class ApiSection(Section):
    """What programs may ask of `/v1`; see docs/how-to/web-form.md and docs/reference/api.md."""

    origins: Annotated[tuple[Origin, ...], Field(strict=False)] = ()
    """Pages that browsers may ask from, such as `https://www.corp.example`; without any, no page of
    another site can."""
    per_token: Count = 6000
    """Requests a minute of one token, in each process."""
    per_address: Count = 60
    """Requests a minute of one address (of IPv6, one /64) without a token that holds, or with one
    that is for forms alone, in each process."""


class WebSection(Section):
    """The console, the API, and the pages on which senders choose; they need `[store]`.

    They run where this section stands. The console's accounts are made by `missent user add`.
    """

    listen: str = "127.0.0.1:8025"
    """An IP address or name, and a port, without TLS: a web server stands before it."""
    url: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$", examples=["https://missent.example"])]
    """What browsers reach it by; links in notices begin with it."""
    proxies: Networks = ("127.0.0.0/8", "::1/128")
    """Networks of the web servers before it: their `X-Forwarded-For` and `X-Forwarded-Proto` are
    believed, and nobody else's."""
    idle: Annotated[int, Field(ge=60)] = 1800
    """Seconds without a request after which a session ends."""
    lifetime: Annotated[int, Field(ge=60)] = 43200
    """Seconds after which a session ends in any case."""
    api: ApiSection = ApiSection()
    """What programs may ask."""
    oidc: OidcSection | None = None
    """Sign-in at a provider, besides the accounts of `missent user`."""
