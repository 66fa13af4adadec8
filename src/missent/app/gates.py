"""The options of the gates, made from the settings."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING

from missent.app.tls import server_tls
from missent.app.values import blame, host_and_port, read_secret
from missent.core.address import Address
from missent.core.errors import ConfigError
from missent.gates.confirm import Patience
from missent.gates.disposition import Privacy, Show
from missent.gates.endpoint import Endpoint
from missent.gates.milter.desk import DeskOptions
from missent.gates.milter.run import MilterOptions
from missent.gates.milter.server import GateOptions
from missent.gates.notice import NoticeOptions
from missent.gates.ours import Ours
from missent.gates.relay.options import RelayOptions
from missent.gates.relay.routes import RouteOptions
from missent.serving.workers import WorkerOptions
from missent.settings.gates import RelaySection
from missent.smtp.client.options import UpstreamOptions, is_loopback
from missent.smtp.events import Limits
from missent.smtp.listener import ListenOptions

if TYPE_CHECKING:
    import ssl
    from pathlib import Path
    from typing import TypeAlias

    from missent.gates.milter.desk import HoldBy
    from missent.gates.relay.options import HoldBy as RelayHoldBy
    from missent.settings import Settings
    from missent.settings.gates import MilterSection, NoticeSection
    from missent.settings.hold import HoldSection

    Way: TypeAlias = UpstreamOptions | Path

LARGEST = 64 << 20  # octets of a message that is kept


def workers(settings: Settings) -> WorkerOptions:
    """How the processes are kept; they are killed a little after their own grace ends."""
    own = settings.serve
    return WorkerOptions(own.workers, own.start, own.grace + 5)


def privacy(settings: Settings) -> Privacy:
    """How addresses stand in the log.

    Raises:
        ConfigError: the key cannot be read.
    """
    with blame("log.hash_key_file"):
        file = settings.log.hash_key_file
        key = read_secret(file).encode() if file else b""
    return Privacy(Show(settings.log.addresses), key)


def relay_section(settings: Settings) -> RelaySection | None:
    """What is said of the relay, which runs unsaid too; None where something else is to run."""
    if settings.relay or settings.milter or settings.web or settings.exposure:
        return settings.relay
    return RelaySection()


def relay(settings: Settings) -> RelayOptions | None:
    """The relay's options; None where it is not to run.

    Raises:
        ConfigError: it cannot be run like this; with the key and the mend.
    """
    own = relay_section(settings)
    if own is None:
        return None
    host, port = host_and_port("relay.listen", own.listen, "127.0.0.1:2525")
    tls = _server_tls(own)
    implicit = None
    if own.listen_tls:
        implicit = host_and_port("relay.listen_tls", own.listen_tls, "127.0.0.1:4465")
        if tls is None:
            raise ConfigError("relay.tls_certificate is missing; relay.listen_tls needs it")
    if own.route and tls is None and not is_loopback(host):
        raise ConfigError(
            f"relay.tls_certificate is missing; on {host} nobody signs in without TLS: add it, or "
            "listen on 127.0.0.1"
        )
    listen = ListenOptions(
        host,
        port,
        own.hostname,
        connections=own.connections,
        connections_per_peer=own.connections_per_peer,
        limits=Limits(size=own.size, recipients=own.recipients),
        grace=settings.serve.grace,
        tls=tls,
        implicit=implicit,
    )
    return RelayOptions(
        listen,
        tuple(ip_network(text) for text in own.networks),
        upstream(own, "relay") if own.upstream else None,
        _routes(own),
        own.sign_in_clear == "loopback",
        own.outbox,
        own.deadline,
        own.on_error,
        _relay_holds_by(settings, own),
        Patience(own.confirm_after, own.confirm_within),
        privacy(settings),
    )


def milter(settings: Settings) -> tuple[MilterOptions, tuple[Endpoint, ...]] | None:
    """The milter's options and where it listens; None where it is not to run.

    Raises:
        ConfigError: it cannot be run like this; with the key and the mend.
    """
    own = settings.milter
    if own is None:
        return None
    with blame("milter.listen"):
        endpoints = tuple(Endpoint(text, int(own.mode, 8), own.group) for text in own.listen)
    ours = Ours(
        own.authenticated,
        frozenset(own.services),
        tuple(ip_network(text) for text in own.networks),
        frozenset(own.sender_domains),
        own.local,
    )
    hold_by = _hold_by(settings, own)
    keeps = LARGEST if hold_by == "hold" else 0
    gate = GateOptions(
        ours, own.header, own.connections, own.idle, own.progress, settings.serve.grace, keeps
    )
    options = MilterOptions(
        gate,
        DeskOptions(own.deadline, own.on_error, hold_by, own.refuse_local_by),
        Patience(own.confirm_after, own.confirm_within),
        _notice(settings.notice),
        privacy(settings),
    )
    return options, endpoints


def _relay_holds_by(settings: Settings, own: RelaySection) -> RelayHoldBy:
    if own.hold_by == "hold" and settings.hold is None:
        raise ConfigError('relay.hold_by: "hold" needs the section [hold]; add it')
    return own.hold_by or ("refuse-once" if settings.hold is None else "hold")


def _hold_by(settings: Settings, own: MilterSection) -> HoldBy:
    if own.hold_by == "hold" and settings.hold is None:
        raise ConfigError('milter.hold_by: "hold" needs the section [hold]; add it')
    return own.hold_by or ("queue" if settings.hold is None else "hold")


def _notice(own: NoticeSection | None) -> NoticeOptions | None:
    if own is None:
        return None
    return NoticeOptions(Address.parse(own.author), own.interval)


def way(settings: Settings, own: NoticeSection | HoldSection, section: str) -> Way:
    """Where a section's mail goes: its own next hop, or the relay's, or the relay's outbox.

    Raises:
        ConfigError: it has none; or as `upstream`.
    """
    relay = settings.relay
    if own.upstream:
        return upstream(own, section)
    if relay is None or (relay.route and relay.upstream is None):
        raise ConfigError(f'{section}.upstream is missing; add, say, "smtp://127.0.0.1:10026"')
    return upstream(relay, "relay") if relay.upstream else relay.outbox


def upstream(own: RelaySection | NoticeSection | HoldSection, section: str) -> UpstreamOptions:
    """The next hop of a section.

    Raises:
        ConfigError: it cannot be used like this; with the key and the mend.
    """
    with blame(f"{section}.upstream"):
        route = UpstreamOptions.parse(own.upstream or "", username=own.username, cafile=own.cafile)
    if not route.username:
        return route
    with blame(f"{section}.password_file"):
        password = read_secret(own.password_file, f"MISSENT_{section.upper()}_PASSWORD")
    return UpstreamOptions.parse(
        own.upstream or "", username=own.username, password=password, cafile=own.cafile
    )


def _routes(own: RelaySection) -> tuple[RouteOptions, ...]:
    routes: list[RouteOptions] = []
    taken: dict[str, int] = {}
    for number, route in enumerate(own.route, 1):
        for name in route.domains or ("",):
            first = taken.setdefault(name, number)
            if first != number:
                fault = f"is for {name or 'all other domains'} already; name each domain once"
                raise ConfigError(f"relay.route[{number}].domains: relay.route[{first}] {fault}")
        with blame(f"relay.route[{number}].upstream"):
            server = UpstreamOptions.parse(route.upstream, cafile=route.cafile, passes_on=True)
        routes.append(RouteOptions(server, frozenset(route.domains)))
    return tuple(routes)


def _server_tls(own: RelaySection) -> ssl.SSLContext | None:
    if own.tls_certificate is not None:
        return server_tls(own.tls_certificate, own.tls_key)
    if own.tls_key is not None:
        raise ConfigError("relay.tls_certificate is missing; add it, or leave out relay.tls_key")
    return None
