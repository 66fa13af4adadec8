"""Writes requirements/*.in and *.txt anew from pyproject.toml."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
OPTIONS = (
    "--quiet",
    "--strip-extras",
    "--generate-hashes",
    "--allow-unsafe",  # pip and setuptools are pinned too: pip-tools needs them
    # No index may be named in a committed file: where packages come from is the machine's business.
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
)

_ON_ITS_OWN = {"spark"}  # 400 MB that only few need: requirements/spark.txt


def main() -> int:
    """Write every lock file; those given on the command line are upgraded."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    _write("build", "[build-system]", [*project["build-system"]["requires"], *groups["build"]])
    _write("dev", "[dependency-groups] dev", ["-r run.txt", "-r build.txt", *groups["dev"]])
    _write("bench", "[dependency-groups] bench", ["-r dev.txt", *groups["bench"]])
    optional = project["project"]["optional-dependencies"]
    _write("spark", "the extra `spark`", ["-r run.txt", *optional["spark"]])
    upgrade = [f"--upgrade-package={name}" for name in sys.argv[1:]]
    extras = [f"--extra={name}" for name in optional if name not in _ON_ITS_OWN]
    _compile("build", "requirements/build.in", *upgrade)
    _compile("run", "pyproject.toml", *extras, *upgrade)
    _compile("dev", "requirements/dev.in", *upgrade)
    _compile("bench", "requirements/bench.in", *upgrade)
    _compile("spark", "requirements/spark.in", *upgrade)
    return 0


def _write(name: str, source: str, lines: list[str]) -> None:
    head = f"# From {source} in pyproject.toml; written by `make lock`.\n"
    (HERE / f"{name}.in").write_text(head + "".join(f"{line}\n" for line in lines), "utf-8")


def _compile(name: str, source: str, *options: str) -> None:
    print(f"requirements/{name}.txt")
    output = f"--output-file=requirements/{name}.txt"
    subprocess.run(
        (sys.executable, "-m", "piptools", "compile", *OPTIONS, *options, output, source),
        cwd=ROOT,
        env=os.environ | {"CUSTOM_COMPILE_COMMAND": "make lock"},
        check=True,
    )


if __name__ == "__main__":
    raise SystemExit(main())
