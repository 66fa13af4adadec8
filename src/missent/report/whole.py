"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_SPELT = "backslashreplace"  # names of files that are no UTF-8, which a text may speak of


def write(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file, whole or not at all; a pipe or a device, such as /dev/stdout, is written to.

    Args:
        path: the file; what it was stays until all of the new text is on the disk.
        text: its new content.
        mode: its permissions; by default its owner alone may read it.

    Raises:
        OSError: it cannot be written; `filename` names the path.
    """
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            path.write_text(text, "utf-8", _SPELT)  # to put a file in its place would take it away
        else:
            _replace(path, text, mode)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def _replace(path: Path, text: str, mode: int) -> None:
    with tempfile.NamedTemporaryFile(
        "w",
        encoding="utf-8",
        errors=_SPELT,
        dir=path.absolute().parent,
        prefix=f".{path.name}.",
        delete=False,
    ) as file:
        beside = Path(file.name)
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            beside.chmod(mode)
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
