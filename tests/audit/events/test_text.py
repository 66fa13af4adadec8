"""Files are cut into chunks of whole lines, and nothing of them is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.audit.events.duck import fed
from missent.audit.events.interface import Source
from missent.audit.events.text import chunks, texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINES = st.lists(st.text("ab,\xe4", max_size=9))


def source(folder: Path, text: str) -> Source:
    path = folder / "a.log"
    path.write_text(text, "utf-8")
    return Source(path, "a.log", "postfix")


@given(LINES, st.integers(1, 40))
def test_chunks_are_whole_lines_and_all_of_them(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], size: int
) -> None:
    text = "\n".join(lines)
    one = source(tmp_path_factory.mktemp("log"), text)
    found = [b"".join(chunk) for chunk in chunks(one, size)]
    assert all(chunk.endswith(b"\n") for chunk in found)
    whole = text if text.endswith("\n") or not text else text + "\n"
    assert b"".join(found).decode() == whole


@given(st.lists(st.text('a"\n', max_size=9)), st.integers(1, 40))
def test_no_row_is_cut_within_quotes(
    tmp_path_factory: pytest.TempPathFactory, fields: list[str], size: int
) -> None:
    text = "".join(f'"{field.replace(chr(34), chr(34) * 2)}",b\n' for field in fields)
    one = source(tmp_path_factory.mktemp("table"), text)
    found = list(texts(one, size))
    assert all(rows.endswith(b"\n") and rows.count(b'"') % 2 == 0 for rows in found)
    assert b"".join(found).decode() == text


def test_a_failure_to_read_is_raised_where_the_text_is_wanted(tmp_path: Path) -> None:
    def torn() -> Iterator[bytes]:
        yield b"a line\n"
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"), fed(torn(), tmp_path) as pipe:
        assert (tmp_path / pipe).read_bytes() == b"a line\n"
