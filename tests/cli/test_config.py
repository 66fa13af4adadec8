from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import pytest

from missent.settings import Settings, parse

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


def test_without_a_file_the_defaults_are_good(run: Run) -> None:
    told = run("config", "check")
    assert (told.code, told.out) == (0, "no file found: the defaults hold\n")


def test_what_is_shown_is_a_configuration(run: Run) -> None:
    assert parse(tomllib.loads(run("config", "show").out), "shown") == Settings()


def test_the_schema_names_every_section(run: Run) -> None:
    schema = json.loads(run("config", "schema").out)
    assert set(schema["properties"]) == set(Settings.model_fields)
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[relay]\nlisten = 'here'", "relay.listen: 'here' is no host and port; write 127.0.0.1:"),
        ("[relay]\nupstream = 'smtp://x'\nusername = 'u'", "relay.upstream: the password for x"),
        (
            "[relay]\nupstream = 'smtps://x'\nusername = 'u'\npassword_file = 'none'",
            "relay.password_file: the password cannot be read",
        ),
        (
            "[relay]\nupstream = 'smtps://u:p@x'",
            "relay.upstream: no password in the upstream's URL",
        ),
        ("[relay]\ntls_key = 'k'", "relay.tls_certificate is missing"),
        ("[relay]\ntls_certificate = 'c'", "relay.tls_certificate: c: No such file"),
        ("[store]\nurl = 'sqlite://s.db'", "store.url: the SQLite store needs a file"),
        ("[store]\nurl = 'mysql://h/d'", "store.url: no store of the kind 'mysql'"),
        (
            (
                "[store]\nurl = 'sqlite:///s.db'\n[notice]\nauthor = 'm@x.example'\n[hold]\n"
                "key_file = 'none'\nreply_address = 'm@x.example'\n[relay]\noutbox = 'out'"
            ),
            "hold.key_file: the key file none cannot be read: No such file or directory;",
        ),
        (
            (
                "[sinkhole]\nsigning_key = 'none'\n"
                "[[sinkhole.lookalike]]\ntyped = '*.ml'\nmeant = '*.mil'"
            ),
            "sinkhole.signing_key: none: it cannot be read: No such file or directory;",
        ),
        ("[milter]\nlisten = ['8894']", "milter.listen: '8894' is no place to listen"),
        ("[log]\nhash_key_file = 'none'", "log.hash_key_file: the password cannot be read"),
    ],
)
def test_what_shows_only_in_use_is_found_too(
    run: Run, tmp_path: Path, text: str, fault: str
) -> None:
    file = tmp_path / "missent.toml"
    file.write_text(text)
    told = run("config", "check")
    assert told.code == 2
    assert told.err.startswith(f"Error: {file}: {fault}")


def test_a_full_file_is_good(run: Run, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    file = tmp_path / "missent.toml"
    file.write_text(
        f"""
        [store]
        url = "sqlite:///{tmp_path}/missent.db"
        [relay]
        listen = "[::1]:0"
        upstream = "smtps://mx.example"
        username = "u"
        password_file = "{tmp_path}/secret"
        [milter]
        listen = ["inet:127.0.0.1:8894", "unix:{tmp_path}/milter.sock"]
        [notice]
        upstream = "smtp://127.0.0.1:10025"
        author = "postmaster@corp.example"
        """
    )
    told = run("config", "check")
    assert (told.code, told.out) == (0, f"{file}: good\n")
    assert "s3cret" not in run("config", "show").out
