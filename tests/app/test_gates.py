"""What can only be found wrong when the relay's settings are put together."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from missent.app import gates
from missent.core.errors import ConfigError
from missent.settings import load, parse
from missent.smtp.client.options import Security
from missent.testing.tls import certificate

if TYPE_CHECKING:
    from missent.gates.relay.options import RelayOptions

GMAIL = {"domains": ["gmail.com", "GoogleMail.com"], "upstream": "smtp+starttls://smtp.gmail.com"}


def relay(**settings: Any) -> RelayOptions:
    options = gates.relay(parse({"relay": settings}, "test"))
    assert options is not None
    return options


def test_routes() -> None:
    options = relay(route=[GMAIL, {"upstream": "smtps://mail.corp.example"}])
    first, others = options.routes
    assert first.domains == {"gmail.com", "googlemail.com"}
    assert (first.upstream.host, first.upstream.port) == ("smtp.gmail.com", 587)
    assert others.domains == frozenset()
    assert others.upstream.security is Security.TLS
    assert options.clear_on_loopback
    assert not relay(sign_in_clear="never").clear_on_loopback


CORP = "mail.corp.example"
URL = "write smtp://HOST:PORT, smtp+starttls://HOST:PORT or smtps://HOST:PORT"


@pytest.mark.parametrize(
    ("routes", "at", "fault"),
    [
        (
            [GMAIL, {"domains": ["gmail.com"], "upstream": "smtps://x.example"}],
            "relay.route[2].domains",
            "relay.route[1] is for gmail.com already; name each domain once",
        ),
        (
            [{"upstream": "smtps://x.example"}, GMAIL, {"upstream": "smtps://y.example"}],
            "relay.route[3].domains",
            "relay.route[1] is for all other domains already; name each domain once",
        ),
        (
            [{"upstream": f"smtp://{CORP}"}],
            "relay.route[1].upstream",
            f"the password for {CORP} would go over the net in the clear: write smtp+starttls://",
        ),
        (
            [{"upstream": f"smtps://ann@{CORP}"}],
            "relay.route[1].upstream",
            "no user belongs here ('ann'): clients sign in themselves",
        ),
        (
            [{"upstream": "smtps://smtp..gmail.com"}],
            "relay.route[1].upstream",
            f"no upstream can be read from this URL (host 'smtp..gmail.com'): {URL}",
        ),
        (
            [{"upstream": f"smtps://{CORP}:99999"}],
            "relay.route[1].upstream",
            f"no upstream can be read from this URL (host '{CORP}'): {URL}",
        ),
    ],
)
def test_routes_that_cannot_be(routes: list[dict[str, Any]], at: str, fault: str) -> None:
    with pytest.raises(ConfigError) as error:
        relay(route=routes)
    assert str(error.value).startswith(f"{at}: {fault}")


def test_on_this_machine_a_server_needs_no_tls() -> None:
    (route,) = relay(route=[{"upstream": "smtp://127.0.0.1:2526"}]).routes
    assert route.upstream.security is Security.NONE


def test_implicit_tls_needs_a_certificate_and_an_address(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"relay\.tls_certificate is missing"):
        relay(listen_tls="127.0.0.1:2465")
    pem = str(certificate(tmp_path))
    with pytest.raises(ConfigError, match=r"relay\.listen_tls: 'here' is no host and port"):
        relay(listen_tls="here", tls_certificate=pem)
    listen = relay(listen_tls="[::1]:2465", tls_certificate=pem).listen
    assert listen.implicit == ("::1", 2465)
    assert listen.tls is not None


def test_routes_for_other_machines_need_a_certificate() -> None:
    with pytest.raises(ConfigError, match=r"on 0\.0\.0\.0 nobody signs in without TLS: add it"):
        relay(listen="0.0.0.0:587", route=[GMAIL])
    relay(listen="0.0.0.0:587")  # whoever is trusted needs none
    assert relay(listen="[::1]:587", route=[GMAIL]).listen.host == "::1"


def test_a_key_without_a_certificate() -> None:
    with pytest.raises(ConfigError, match="or leave out"):
        relay(tls_key="x.pem")


def test_the_ready_made_settings_for_personal_accounts() -> None:
    file = Path(__file__).parents[2] / "deploy/personal.toml"
    options = gates.relay(load(file))
    assert options is not None
    hosts = {route.upstream.host for route in options.routes}
    assert hosts == {
        "smtp.gmail.com",
        "smtp.mail.yahoo.com",
        "smtp-mail.outlook.com",
        "smtp.mail.me.com",
    }
    # every line that is to be pasted in means something
    text = re.sub(r"^# ((\[|[a-z]+ = ).*)$", r"\1", file.read_text("utf-8"), flags=re.MULTILINE)
    more = gates.relay(parse(tomllib.loads(text), "test"))
    assert more is not None
    assert {route.upstream.host for route in more.routes} - hosts == {
        "smtp.office365.com",
        "mail.provider.example",
    }


@pytest.mark.parametrize("section", ["milter", "web", "exposure"])
def test_without_a_relay_section_the_relay_runs_alone_or_not_at_all(section: str) -> None:
    said = {"milter": {"listen": ["inet:127.0.0.1:0"]}, "web": {"url": "https://m.corp.example"}}
    store = {"url": "sqlite:///missent.db"}
    assert gates.relay(parse({"store": store}, "here"))
    assert not gates.relay(parse({"store": store, section: said.get(section, {})}, "here"))
    both = {"store": store, section: said.get(section, {}), "relay": {}}
    assert gates.relay(parse(both, "here"))
