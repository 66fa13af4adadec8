"""What is imported is asked for: what another package happens to bring may be gone tomorrow."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
OF_ANOTHER = {"pydantic_core": "pydantic"}  # which names the one version that fits it


def asked_for(*, to_test: bool) -> set[str]:
    """The names of the packages in pyproject.toml, those for tests too if so wished."""
    read = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = [read["project"]["dependencies"], *read["project"]["optional-dependencies"].values()]
    if to_test:
        groups.append(read["dependency-groups"]["dev"])
    return {_normal(re.split(r"[^\w.-]", one)[0]) for group in groups for one in group}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(file: Path) -> Iterator[str]:
    """The packages of others that a file imports."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        for name in names:
            package = name.partition(".")[0]
            if package not in sys.stdlib_module_names and package != "missent":
                yield OF_ANOTHER.get(package, package)


def test_every_package_that_is_imported_is_named() -> None:
    of_package = packages_distributions()
    missing = set()
    for file in (ROOT / "src/missent").rglob("*.py"):
        named = asked_for(to_test="testing" in file.parts)
        for package in imported(file):
            found = {_normal(name) for name in of_package.get(package, [package])}
            if not found & named:
                missing.add((package, str(file.relative_to(ROOT))))
    assert missing == set()
