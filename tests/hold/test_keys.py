from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.errors import ConfigError, StoreError
from missent.hold.keys import Keys, write_key

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = b"o" * 32, b"n" * 32


@given(st.binary(max_size=5000), st.text("0123456789abcdef", min_size=16, max_size=16))
def test_what_was_sealed_opens_under_its_name_and_hides_what_it_says(
    content: bytes, name: str
) -> None:
    keys = Keys([OLD])
    sealed = keys.seal(content, name)
    assert keys.open(sealed, name) == content
    assert len(content) < 16 or content not in sealed
    with pytest.raises(StoreError, match="was changed"):
        keys.open(sealed, name + "x")


@given(st.binary(min_size=1, max_size=200), st.data())
def test_a_changed_octet_is_seen(content: bytes, data: st.DataObject) -> None:
    keys = Keys([OLD])
    sealed = bytearray(keys.seal(content, "m"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(StoreError):
        keys.open(bytes(sealed), "m")


def test_a_new_key_above_the_old_one_seals_and_the_old_still_opens() -> None:
    before, after, gone = Keys([OLD]), Keys([NEW, OLD]), Keys([NEW])
    sealed, signature = before.seal(b"x", "m"), before.sign(b"x")
    assert after.open(sealed, "m") == b"x"
    assert after.verify(b"x", signature)
    assert gone.open(after.seal(b"x", "m"), "m") == b"x"
    assert not gone.verify(b"x", signature)
    with pytest.raises(StoreError, match="put the old key back"):
        gone.open(sealed, "m")


def test_sealing_twice_gives_two_texts() -> None:
    keys = Keys([OLD])
    assert keys.seal(b"x", "m") != keys.seal(b"x", "m")


def test_marks_are_equal_for_equal_parts_only() -> None:
    keys = Keys([OLD])
    assert keys.mark(b"ab", b"c") == keys.mark(b"ab", b"c")
    assert keys.mark(b"ab", b"c") != keys.mark(b"a", b"bc")
    assert keys.mark(b"ab", b"c") != Keys([NEW]).mark(b"ab", b"c")


def test_a_key_file_is_made_and_renewed(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "hold.key"
    write_key(file)
    assert file.stat().st_mode & 0o777 == 0o600
    sealed = Keys.read(file).seal(b"x", "m")
    first = file.read_text()
    write_key(file)
    assert file.read_text().endswith(first)
    assert file.read_text() != first
    assert Keys.read(file).open(sealed, "m") == b"x"


def test_root_changes_the_key_and_its_owner_can_still_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[object, int, int]] = []
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("os.chown", lambda *words: given.append(words))
    file = tmp_path / "hold.key"
    write_key(file)
    assert given == []
    write_key(file)
    assert given == [(file, file.stat().st_uid, file.stat().st_gid)]


def test_a_new_key_goes_where_a_link_leads(tmp_path: Path) -> None:
    link, file = tmp_path / "hold.key", tmp_path / "elsewhere" / "key"
    link.symlink_to(file)
    write_key(link)
    write_key(link)
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(file.read_text().split()) == 2
    assert [one.name for one in file.parent.iterdir()] == ["key"]


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "hold.key"
    write_key(file)
    file.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        Keys.read(file)


@pytest.mark.parametrize("text", ["", "x", "hunter2\n", base64.b64encode(b"short").decode()])
def test_what_is_no_key_is_told_with_the_mend(tmp_path: Path, text: str) -> None:
    file = tmp_path / "hold.key"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(ConfigError, match="missent hold key") as refused:
        Keys.read(file)
    assert not text.strip() or text.strip() not in str(refused.value).replace(str(file), "")


def test_a_missing_key_file_is_told_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="missent hold key"):
        Keys.read(tmp_path / "none")
