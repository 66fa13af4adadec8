from __future__ import annotations

import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest

from missent.app.tls import server_tls
from missent.core.errors import ConfigError
from missent.testing.tls import certificate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    certificate(folder)
    return folder


def fault(chain: Path, key: Path | None = None) -> str:
    with pytest.raises(ConfigError) as error:
        server_tls(chain, key)
    return str(error.value)


def test_in_one_file_or_in_two(made: Path) -> None:
    for chain, key in (
        (made / "localhost.pem", None),
        (made / "localhost.crt", made / "localhost.key"),
    ):
        context = server_tls(chain, key)
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
        assert context.verify_mode is ssl.CERT_NONE


def test_a_file_that_is_missing(made: Path, tmp_path: Path) -> None:
    chain, key = tmp_path / "no.pem", tmp_path / "no.key"
    assert fault(chain) == (
        f"relay.tls_certificate: {chain}: No such file or directory; "
        "missent's own user must be able to read it"
    )
    assert fault(made / "localhost.crt", key).startswith(f"relay.tls_key: {key}: No such file")


def test_a_file_that_cannot_be_read(made: Path, tmp_path: Path) -> None:
    # root may read everything, but not a directory
    assert "Is a directory" in fault(made / "localhost.crt", tmp_path)


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o666])
def test_a_key_that_everybody_may_read(made: Path, tmp_path: Path, mode: int) -> None:
    key = tmp_path / "open.key"
    key.write_bytes((made / "localhost.key").read_bytes())
    key.chmod(mode)
    said = fault(made / "localhost.crt", key)
    assert said == (
        f"relay.tls_key: {key} holds the key, and everybody on this machine may use it "
        f"(mode {mode:o}); run: chmod o= {key}"
    )
    key.chmod(0o640)  # a group of one's own is no fault
    server_tls(made / "localhost.crt", key)


def test_another_certificate_s_key(made: Path, tmp_path: Path) -> None:
    certificate(tmp_path)
    said = fault(made / "localhost.crt", tmp_path / "localhost.key")
    assert f"{tmp_path / 'localhost.key'} is not the key of {made / 'localhost.crt'}" in said


def test_a_file_that_holds_something_else(made: Path, tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("-----BEGIN NOTHING-----\n")
    other.chmod(0o600)
    assert "must hold a certificate and its key in PEM form" in fault(other)
    assert "must hold a certificate" in fault(made / "localhost.crt", other)


def test_an_encrypted_key_is_not_asked_for_at_the_terminal(made: Path, tmp_path: Path) -> None:
    key = tmp_path / "encrypted.key"
    command = f"openssl pkey -aes256 -passout pass:sesame -in {made}/localhost.key -out {key}"
    subprocess.run(command.split(), check=True, capture_output=True)
    key.chmod(0o600)
    assert f"{key} is encrypted; write it without a password" in fault(made / "localhost.crt", key)
