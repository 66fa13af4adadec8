"""Signing in to the console, made from the settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from missent.app.values import blame, read_secret

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from missent.memory.sql.store import SqlStore
    from missent.settings import Settings
    from missent.settings.web import OidcSection
    from missent.web.options import WebOptions
    from missent.web.signin.desk import Desk
    from missent.web.signin.oidc import OidcOptions

SECRET = "MISSENT_WEB_OIDC_SECRET"  # noqa: S105  the variable's name


def signing_in(
    settings: Settings, store: SqlStore, found: WebOptions
) -> tuple[Desk, list[BaseRoute]]:
    """Who signs people in, and the pages for it.

    Raises:
        ConfigError: the secret for the provider cannot be read.
    """
    from missent.web.signin import own as accounts  # noqa: PLC0415  an extra
    from missent.web.signin import pages  # noqa: PLC0415  likewise
    from missent.web.signin.desk import Desk  # noqa: PLC0415  likewise

    desk = Desk(store, found)
    own = settings.web.oidc if settings.web is not None else None
    routes: list[BaseRoute] = [*pages.routes(desk, own.label if own is not None else "")]
    routes += accounts.routes(desk)
    if own is not None:
        from missent.web.signin import provider_pages  # noqa: PLC0415  slow to import
        from missent.web.signin.oidc import Provider  # noqa: PLC0415  likewise

        routes += provider_pages.routes(desk, Provider(provider(own, found)))
    return desk, routes


def provider(own: OidcSection, found: WebOptions) -> OidcOptions:
    """How a provider of OpenID Connect is asked.

    Raises:
        ConfigError: the secret cannot be read.
    """
    from missent.web.access import Role  # noqa: PLC0415  an extra
    from missent.web.signin.oidc import OidcOptions  # noqa: PLC0415  likewise
    from missent.web.signin.provider_pages import BACK  # noqa: PLC0415  likewise

    secret = os.environ.get(SECRET, "")
    if own.client_secret_file is not None:
        with blame("web.oidc.client_secret_file"):
            secret = read_secret(own.client_secret_file)
    return OidcOptions(
        own.issuer,
        own.client_id,
        secret,
        found.url + BACK,
        own.label,
        own.scopes,
        own.name_claim,
        own.role_claim,
        {
            Role.VIEWER: own.viewer,
            Role.REVIEWER: own.reviewer,
            Role.ADMINISTRATOR: own.administrator,
        },
    )
