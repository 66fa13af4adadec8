from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.exceptions import InvalidSignature
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from missent.core.errors import ConfigError, ProtocolError
from missent.report.owner import signing

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from missent.report.owner.model import Report


@pytest.fixture
def signed(report: Report, key: Ed25519PrivateKey) -> bytes:
    return json.dumps(signing.as_json(signing.sign(report, key))).encode()


def test_a_signed_report_is_read_however_it_is_laid_out(signed: bytes, public: str) -> None:
    read = signing.verify(signed, public)
    again = json.dumps(json.loads(signed), indent=4, sort_keys=True, ensure_ascii=False).encode()
    assert signing.verify(again, f"{public}\n") == read
    assert signing.load(signed) == read


def test_the_program_of_the_reference_checks_a_report(
    signed: bytes, public: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Path(__file__).parents[3] / "docs/reference/sinkhole-report.md"
    (program,) = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    Path("sinkhole.pub").write_text(f"{public}\n")
    Path("report.json").write_bytes(signed)
    exec(program, {})  # noqa: S102  it is our own
    Path("report.json").write_bytes(signed.replace(b'"people": ', b'"people": 1'))
    with pytest.raises(InvalidSignature):
        exec(program, {})  # noqa: S102  likewise


def _name(said: dict[str, Any]) -> None:
    said["typed"][0]["typed"] = "gmail.com"


def _number(said: dict[str, Any]) -> None:
    said["totals"]["people"] += 1


def _drop(said: dict[str, Any]) -> None:
    del said["typed"][0]


def _add(said: dict[str, Any]) -> None:
    said["extra"] = 1


@pytest.mark.parametrize("change", [_name, _number, _drop, _add])
def test_any_change_is_refused(
    signed: bytes, public: str, change: Callable[[dict[str, Any]], None]
) -> None:
    said = json.loads(signed)
    change(said)
    with pytest.raises(ProtocolError, match="was changed"):
        signing.verify(json.dumps(said).encode(), public)


def test_another_s_signature_is_refused(
    report: Report, signed: bytes, public: str, tmp_path: Path
) -> None:
    other = signing.make_key(tmp_path / "other.pem")
    theirs = signing.sign(report, signing.read_key(tmp_path / "other.pem"))
    with pytest.raises(ProtocolError, match="another key"):
        signing.verify(json.dumps(signing.as_json(theirs)).encode(), public)
    with pytest.raises(ProtocolError, match="another key"):
        signing.verify(signed, other)
    with pytest.raises(ProtocolError, match="not signed"):
        signing.verify(json.dumps(signing.as_json(report)).encode(), public)
    with pytest.raises(ConfigError, match="no Ed25519 public key"):
        signing.verify(signed, "abc")


def test_a_member_that_stands_twice_is_refused(signed: bytes, public: str) -> None:
    twice = signed.replace(b'{"format"', b'{"owner": "gov", "format"', 1)
    with pytest.raises(ProtocolError, match="stands twice"):
        signing.verify(twice, public)


@given(octets=st.binary(max_size=100), cut=st.integers(1, 500))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_else_is_refused(signed: bytes, public: str, octets: bytes, cut: int) -> None:
    for said in (octets, signed[:-cut], signed[:cut] + octets + signed[cut + len(octets) :]):
        if said != signed:
            with pytest.raises(ProtocolError):
                signing.verify(said, public)


def test_a_key_is_its_owner_s_and_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    signing.make_key(file)
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ConfigError, match="new file"):
        signing.make_key(file)
    (tmp_path / "bad.pem").write_text("x")
    with pytest.raises(ConfigError, match="no Ed25519 key"):
        signing.read_key(tmp_path / "bad.pem")
