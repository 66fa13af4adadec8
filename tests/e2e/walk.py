"""A page of the documentation, followed block by block on a newcomer's machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.e2e.machine import ROOT

if TYPE_CHECKING:
    from typing import Self

    from tests.e2e.machine import Machine

_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


class Walk:
    """The blocks of a page in their order; each is run, saved, or passed over with the reason.

    Args:
        machine: where they are run.
        page: its path in the repository.
        where: the folder that its reader is in.
    """

    def __init__(self, machine: Machine, page: str, where: str = "~") -> None:
        self.machine = machine
        self.where = where
        self._page = page
        text = (ROOT / page).read_text("utf-8")
        self._text = " ".join(text.split())
        self._blocks = [
            (found[2], re.sub(f"^{found[1]}", "", found[3], flags=re.MULTILINE))
            for found in _BLOCK.finditer(text)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        assert failed or not self._blocks, f"{self._page}: nobody looked at {self._blocks}"

    def block(self, *languages: str) -> str:
        """The next block, which must be in one of these languages."""
        language, text = self._blocks.pop(0)
        assert language in languages, f"{self._page}: {language} comes next:\n{text}"
        return text

    def run(self, *, code: int = 0, given: str = "", without: str = "") -> str:
        """Run the next block of shell; `without` are lines that need more than there is here."""
        lines = self.block("sh").splitlines()
        if without:
            assert [line for line in lines if re.search(without, line)], without
            lines = [line for line in lines if not re.search(without, line)]
        text = "\n".join(lines)
        return self.machine.run(f"cd {self.where}\n{text}", code=code, given=given.encode())

    def each(self, *, code: int = 0, given: str = "") -> list[str]:
        """Run each line of the next block alone; all have the same exit code."""
        lines = self.block("sh").replace("\\\n", " ").splitlines()
        return [
            self.machine.run(f"cd {self.where}\n{line}", code=code, given=given.encode())
            for line in lines
        ]

    def save(self, file: str, *, before: str = "") -> None:
        """Write the next configuration to a file, below what stands there before."""
        self.machine.write(file, before + self.block("toml"))

    def passes_over(self, language: str, reason: str) -> None:
        """Leave the next block alone."""
        assert reason
        self.block(language)

    def says(self, text: str) -> str:
        """What the page has in its sentences."""
        assert text in self._text, f"{self._page} does not say: {text}"
        return text
