"""Files opened whatever they are packed and encoded with."""

from __future__ import annotations

import gzip
import random
from typing import TYPE_CHECKING

import pytest

from missent.audit.sources.interface import Tally
from missent.audit.sources.octets import lines, start, texts

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "From: Änne <a@corp.example>\nTo: 山田 \U0001f600 <b@x.example>\n" * 10_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("packed", [False, True])
def test_every_encoding_gives_the_same_text(
    tmp_path: Path,
    encoding: str,
    packed: bool,  # noqa: FBT001  a column
) -> None:
    path = tmp_path / "mail"
    mark = "\ufeff" if encoding.startswith("utf-16") else ""
    octets = (mark + TEXT).encode(encoding)
    path.write_bytes(gzip.compress(octets) if packed else octets)
    with texts(path) as stream:
        assert stream.read().decode() == TEXT


def test_half_a_character_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "mail"
    path.write_bytes("\ufeffa\nb".encode("utf-16-le")[:-1])
    assert list(lines(path, Tally())) == [(1, b"a\n"), (2, "\ufffd".encode())]


def test_what_is_packed_and_cut_off_gives_what_comes_before(tmp_path: Path) -> None:
    numbers = random.Random(1)  # noqa: S311  no secret
    rows = [b"%d\n" % numbers.getrandbits(200) for _ in range(20_000)]
    path = tmp_path / "mail.gz"
    octets = gzip.compress(b"".join(rows))
    path.write_bytes(octets[: len(octets) // 2])
    tally = Tally()
    found = [line for _, line in lines(path, tally)]
    assert 8_000 < len(found) < 12_000
    assert found[:-1] == rows[: len(found) - 1]
    assert rows[len(found) - 1].startswith(found[-1])
    assert tally.ends_early.startswith(f"line {len(found) + 1}: broken compression")
    with texts(path) as stream:
        assert start(stream, 1000) == b"".join(rows)[:1000]


def test_what_is_packed_and_broken_at_once_is_told_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "mail.gz"
    path.write_bytes(gzip.compress(b"x")[:10] + b"\xff" * 20)
    with pytest.raises(OSError, match=r"mail\.gz: broken compression"), texts(path):
        pass
