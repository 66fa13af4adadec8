"""The section of the console, the API and the pages on which senders choose."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from missent.settings.section import File, Networks, Section, Texts


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
    oidc: OidcSection | None = None
    """Sign-in at a provider, besides the accounts of `missent user`."""
