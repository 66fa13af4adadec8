"""The hold room from the settings, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from missent.app import gates, hold
from missent.core.errors import ConfigError
from missent.hold.keys import write_key
from missent.settings.file import parse
from missent.smtp.client.options import UpstreamOptions

if TYPE_CHECKING:
    from typing import Any

UPSTREAM = "smtp://127.0.0.1:10026"


@pytest.fixture
def said(tmp_path: Path) -> dict[str, Any]:
    write_key(tmp_path / "hold.key")
    return {
        "store": {"url": f"sqlite:///{tmp_path}/missent.db"},
        "notice": {"upstream": UPSTREAM, "author": "missent@corp.example"},
        "hold": {"key_file": str(tmp_path / "hold.key"), "upstream": UPSTREAM},
        "web": {"url": "https://missent.corp.example/"},
        "milter": {"listen": ["unix:/run/missent/milter.sock"]},
    }


def test_the_settings_become_options(said: dict[str, Any]) -> None:
    said["hold"] |= {"reply_address": "missent@corp.example", "review": ["X"], "expires": 60}
    options = hold.options(parse(said, "x"))
    assert options is not None
    assert options.links == "https://missent.corp.example/c/"
    assert str(options.reply_to) == "missent@corp.example"
    assert isinstance(options.next_hop, UpstreamOptions)
    assert (options.expires, options.review, options.next_hop.port) == (60, ("X",), 10026)
    assert Path(said["hold"]["key_file"]).read_text().strip() not in repr(options)


def test_without_an_upstream_mail_goes_where_the_relay_hands_it_on(said: dict[str, Any]) -> None:
    del said["hold"]["upstream"], said["notice"]["upstream"]
    ways: list[tuple[dict[str, Any], Any]] = [
        ({"outbox": "var/out"}, Path("var/out")),
        ({"upstream": UPSTREAM}, UpstreamOptions("127.0.0.1", 10026)),
    ]
    for relay, way in ways:
        options = hold.options(parse(said | {"relay": relay}, "x"))
        assert options is not None
        assert options.next_hop == options.notices == way
    said["relay"] = {"route": [{"upstream": "smtps://mx.corp.example"}]}
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"notice\.upstream is missing; add"):
            hold.options(parse(said, "x"))
        said.pop("relay", None)


def test_the_journal_lies_beside_sqlite_or_where_it_is_said(said: dict[str, Any]) -> None:
    def journal() -> Path | None:
        options = hold.options(parse(said, "x"))
        assert options is not None
        return options.journal

    assert journal() == Path(f"{said['store']['url'].removeprefix('sqlite:///')}.taken")
    said["store"]["url"] = "postgresql://missent@db.corp.example/missent"
    assert journal() is None
    said["hold"]["journal"] = "/var/lib/missent/taken"
    assert journal() == Path("/var/lib/missent/taken")


def test_where_hold_stands_the_gates_hold_by_it(said: dict[str, Any]) -> None:
    found = gates.milter(parse(said, "x"))
    assert found is not None
    assert (found[0].desk.hold_by, found[0].gate.keeps > 0) == ("hold", True)
    said["milter"]["hold_by"] = "queue"
    found = gates.milter(parse(said, "x"))
    assert found is not None
    assert (found[0].desk.hold_by, found[0].gate.keeps) == ("queue", 0)
    relay = gates.relay(parse(said | {"relay": {}}, "x"))
    assert relay is not None
    assert relay.hold_by == "hold"


def test_without_hold_they_do_as_before(said: dict[str, Any]) -> None:
    del said["hold"], said["web"]
    found = gates.milter(parse(said, "x"))
    assert found is not None
    assert found[0].desk.hold_by == "queue"
    relay = gates.relay(parse(said | {"relay": {}}, "x"))
    assert relay is not None
    assert relay.hold_by == "refuse-once"
    assert hold.options(parse(said, "x")) is not None  # notices wait in the store all the same
    del said["notice"]
    assert hold.options(parse(said, "x")) is None


@pytest.mark.parametrize(
    ("without", "told"),
    [
        ("notice", r"add \[notice\]"),
        ("store", r"add \[store\]"),
        ("web", r"add \[web\]"),
    ],
)
def test_what_is_missing_is_told_with_the_mend(
    said: dict[str, Any], without: str, told: str
) -> None:
    del said[without]
    with pytest.raises(ConfigError, match=told):
        hold.options(parse(said, "x"))


@pytest.mark.parametrize(
    ("section", "key", "value", "told"),
    [
        ("hold", "key_file", "/none", "hold.key_file: .*missent hold key"),
        ("hold", "upstream", "smtp://a/b", "hold.upstream: "),
        ("hold", "reply_address", "notices-of-missents@corp.example", "more than 18 characters"),
        ("hold", "reply_listen", "127.0.0.1:x", "hold.reply_listen: "),
    ],
)
def test_what_is_wrong_is_told_with_its_key(
    said: dict[str, Any], section: str, key: str, value: str, told: str
) -> None:
    said[section][key] = value
    with pytest.raises(ConfigError, match=told):
        hold.sockets(parse(said, "x"))


@pytest.mark.parametrize("gate", ["milter", "relay"])
def test_a_gate_cannot_hold_without_the_room(said: dict[str, Any], gate: str) -> None:
    del said["hold"], said["web"]
    said[gate] = said.get(gate, {}) | {"hold_by": "hold"}
    with pytest.raises(ConfigError, match=rf"{gate}.hold_by: .* needs the section \[hold\]"):
        getattr(gates, gate)(parse(said, "x"))
