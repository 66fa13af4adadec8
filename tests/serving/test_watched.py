from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.errors import ConfigError
from missent.serving.watched import Watched

if TYPE_CHECKING:
    from pathlib import Path


def test_a_change_is_told_once_and_not_before_it_is_time(tmp_path: Path) -> None:
    files = [tmp_path / "one", tmp_path / "two"]
    watched = Watched(lambda: files, every=2)
    watched.reload()
    assert watched.changed(100) == []
    files[0].write_text("x")
    assert watched.until_next(101) == 1
    assert watched.changed(101) == []
    assert watched.changed(102) == [files[0]]
    assert watched.changed(104) == []
    files[0].unlink()
    files[1].write_text("x")
    assert watched.changed(106) == files


def test_without_files_there_is_nothing_to_look_at() -> None:
    watched = Watched()
    watched.reload()
    assert watched.changed(100) == []
    assert watched.until_next(100) == float("inf")


def test_what_is_watched_stays_where_the_configuration_is_broken(tmp_path: Path) -> None:
    file = tmp_path / "one"
    answers = [[file]]

    def files() -> list[Path]:
        if not answers:
            raise ConfigError("broken")
        return answers.pop()

    watched = Watched(files)
    watched.reload()
    watched.reload()
    file.write_text("x")
    assert watched.changed(100) == [file]
