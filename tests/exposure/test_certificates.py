"""Certificates from files as crt.sh gives them, from lists, and from what is neither."""

from __future__ import annotations

import io
import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.exposure.certificates import Certificates
from missent.exposure.lookalike import Lookalike, State
from missent.exposure.rank import ranked
from missent.exposure.tell import as_csv, as_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ONE = Lookalike("navy.ml", "navy.mil", 0.1, "omission", State.MUTE)


def entry(name_value: str, serial: str = "01", **more: Any) -> dict[str, Any]:
    return {
        "issuer_ca_id": 16418,
        "issuer_name": "C=US, O=Let's Encrypt, CN=R3",
        "common_name": name_value.split("\n", maxsplit=1)[0],
        "name_value": name_value,
        "id": int(serial, 16) + 10**10,
        "entry_timestamp": "2026-05-01T01:02:03.456",
        "not_before": "2026-05-01T00:02:03",
        "not_after": "2026-07-30T00:02:02",
        "serial_number": serial,
        **more,
    }


def read(content: bytes | str, wanted: Iterable[str] = ("navy.ml",)) -> Certificates:
    found = Certificates(frozenset(wanted))
    found.read(io.BytesIO(content.encode() if isinstance(content, str) else content))
    return found


ENTRIES = [
    entry("mail.navy.ml\nnavy.ml"),
    entry("mail.navy.ml\nnavy.ml", id=7),  # the precertificate's entry
    entry("*.navy.ml", "02", not_before="2026-09-01T00:00:00", not_after="2026-11-30T00:00:00"),
    entry("autodiscover.navy.ml", "03", not_before="2020-01-01T00:00:00"),
    entry("navy.ml.example.com", "04"),
    entry("notnavy.ml", "05"),
]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(ENTRIES),
        json.dumps(ENTRIES, indent=2),
        "\n".join(map(json.dumps, ENTRIES)),
        "\ufeff" + json.dumps(ENTRIES),
    ],
    ids=["array", "indented", "lines", "byte order mark"],
)
def test_an_export_is_summed_up(content: str) -> None:
    found = read(content)
    assert found.skipped == 0
    told = found.of(ONE)
    assert (told.certificates, told.certified, told.certified_until) == (
        3,
        "2026-09-01",
        "2026-11-30",
    )
    assert told.mail_hosts == ("autodiscover.navy.ml", "mail.navy.ml")


def test_a_plain_list_of_names() -> None:
    found = read("# found 2026-11\nmail.navy.ml\n\n*.navy.ml. # all\nArmy.ML\na..b\nx@navy.ml\n")
    assert found.skipped == 1
    told = found.of(ONE)
    assert (told.certificates, told.certified, told.mail_hosts) == (3, "", ("mail.navy.ml",))


def test_what_cannot_be_read_is_counted_and_the_rest_read() -> None:
    whole = json.dumps(entry("mx.navy.ml"))
    broken = ('{"name_value": "mail.navy.ml", nonsense}', "17", '{"id": 5}', '{"name_value": 3}')
    found = read("\n".join([whole, *broken, json.dumps(entry("mx2.navy.ml", "02")), whole[:60]]))
    assert found.skipped == len(broken) + 1
    assert found.of(ONE).mail_hosts == ("mx.navy.ml", "mx2.navy.ml")


@given(st.lists(st.binary(max_size=40)))
def test_nothing_makes_it_fail(pieces: list[bytes]) -> None:
    whole = json.dumps(entry("mx.navy.ml")).encode()
    for start in (b"", b"["):
        read(start + b"\n".join([*pieces, whole]))


@given(st.integers(1, 400), st.integers(0, 5))
def test_entries_are_found_wherever_a_piece_ends(size: int, more: int) -> None:
    names = f"mail.navy.ml\n{'x' * size}.\u00fc{'y' * more}.navy.ml"
    entries = [entry(names, f"{number:x}") for number in range(300)]
    found = read(json.dumps(entries, ensure_ascii=False))
    assert (found.skipped, found.of(ONE).certificates) == (0, 300)


def test_a_large_file_takes_no_memory(tmp_path: Path) -> None:
    few = (json.dumps(entry("a.example")) + "\n") * 1000
    (tmp_path / "large").write_text(few * 30)
    found = Certificates(frozenset({"navy.ml"}))
    tracemalloc.start()
    with (tmp_path / "large").open("rb") as stream:
        found.read(stream)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 2 << 20 < (tmp_path / "large").stat().st_size
    assert found.skipped == 0


def test_an_endless_line_is_no_trouble() -> None:
    assert read(b'[{"name_value": "' + b"x" * (3 << 20)).skipped >= 1
    assert read(b"x" * (3 << 20) + b"\nmail.navy.ml\n").of(ONE).certificates == 1


def test_who_is_being_set_up_for_mail_comes_first_and_is_told() -> None:
    found = read(json.dumps(ENTRIES))
    other = Lookalike("nvay.mil", "navy.mil", 0.2, "transposition", State.MUTE)
    first, _ = ranked([other, found.of(ONE)], {})
    assert first.name == "navy.ml"
    assert "certificate for autodiscover.navy.ml on 2026-09-01" in first.advice
    (line, *_) = as_text([first, other], every=False)
    assert "3 certificates, the latest of 2026-09-01 for autodiscover.navy.ml mail.navy.ml" in line
    assert "autodiscover.navy.ml mail.navy.ml" in as_csv([first])
