"""Sources that can be read only once, such as a pipe: kept while a command needs them."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STDIN = Path("-")


@contextmanager
def kept(paths: Sequence[Path]) -> Iterator[dict[Path, Path]]:
    """Copy what pipes give into files, since the format is told by the beginning.

    The copies can be read by this user alone, and are gone at the end.

    Yields:
        The path that each source can be read at, in their order, with the name that was given.
    """
    with TemporaryDirectory(prefix="missent-") as folder:
        found = {}
        for number, path in enumerate(paths):
            if path == STDIN or path.is_fifo() or path.is_char_device():
                copy = Path(folder, str(number))
                with copy.open("wb") as file:
                    if path == STDIN:
                        shutil.copyfileobj(sys.stdin.buffer, file)
                    else:
                        with path.open("rb") as pipe:
                            shutil.copyfileobj(pipe, file)
                found[copy] = path
            else:
                found[path] = path
        yield found
