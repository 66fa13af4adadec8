"""Writes the pages that are made from the program itself: `make docs`.

A test compares them with what stands in docs/, so that no command, setting or check goes without.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from inspect import getdoc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from missent.cli import MEANINGS
from missent.cli.root import cli
from missent.core.policy import DEFAULT_RULES
from missent.report import manual
from missent.settings import Settings
from missent.settings.file import section_of
from missent.web.api import manual as api_manual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.settings.section import Section

HERE = Path(__file__).parent
NOTE = "<!-- Made by `make docs`; edit the program instead. -->\n"
WIDTH = 90
FOLDERS = {
    "tutorials": "Tutorial",
    "how-to": "How to",
    "explanation": "Explanation",
    "reference": "Reference",
    "adr": "Decision",
}
_PAGES = re.compile(r"(<!-- pages: .*? -->\n).*?(<!-- end of pages -->)", re.DOTALL)
_CONSOLE = re.compile(r"^```console\n\$ missent .*?^```$", re.MULTILINE | re.DOTALL)


def pages() -> dict[Path, str]:
    """Every generated page, by its path below docs/."""
    made = {
        Path("reference/commands.md"): "\n".join(_commands(cli, "missent", None)),
        Path("reference/settings.md"): "\n".join(_settings()),
        Path("reference/checks.md"): "\n".join(_checks()),
        Path("reference/exit-codes.md"): "\n".join(_exit_codes()),
        Path("reference/api.md"): api_manual.api(),
        Path("reference/metrics.md"): api_manual.metrics(),
    }
    made |= {Path(f"checks/{page.code}.md"): page.markdown for page in manual.pages()}
    pages = {path: NOTE + "\n" + text.rstrip() + "\n" for path, text in made.items()}
    return pages | {Path("reference/openapi.json"): api_manual.description()}


def filled() -> dict[Path, str]:
    """Every page with parts to be filled in: transcripts with the output of today, the index."""
    made = {}
    for page in sorted((HERE.parent / "README.md", *HERE.rglob("*.md"))):
        text = page.read_text("utf-8")
        if "```console\n$ missent " in text:
            made[page] = _CONSOLE.sub(_transcript, text)
    index = HERE / "index.md"
    made[index] = _PAGES.sub(
        lambda found: f"{found[1]}{_index()}{found[2]}", index.read_text("utf-8")
    )
    return made


def _index() -> str:
    """Every written page by its title; those of the checks have a list of their own."""
    lines = []
    for folder, kind in FOLDERS.items():
        for page in sorted((HERE / folder).glob("*.md")):
            title = re.search(r"^# (.+)$", page.read_text("utf-8"), re.MULTILINE)
            name = title[1] if title else page.stem
            lines.append(f"- {kind}: [{name}]({folder}/{page.name})\n")
    return "".join(lines)


def _transcript(block: re.Match[str]) -> str:
    lines = ["```console"]
    for command in re.findall(r"^\$ (missent .*)$", block[0], re.MULTILINE):
        done = subprocess.run(
            (sys.executable, "-m", *shlex.split(command)),
            cwd=HERE,
            env={"PATH": os.defpath},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        lines += [f"$ {command}", *(done.stdout + done.stderr).rstrip("\n").splitlines()]
    return "\n".join((*lines, "```"))


def _commands(command: click.Command, name: str, parent: click.Context | None) -> Iterator[str]:
    context = click.Context(
        command, info_name=name, parent=parent, terminal_width=WIDTH, max_content_width=WIDTH
    )
    if parent is None:
        yield "# Commands\n"
    yield f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None:
                yield from _commands(found, inner, context)


def _settings() -> Iterator[str]:
    yield "# Settings\n"
    yield (
        "The file is TOML. It is the one named by `--config`, by `$MISSENT_CONFIG`, or the first\n"
        "there is of `./missent.toml` and `/etc/missent/missent.toml`; without one, the defaults\n"
        "hold. A key that is not listed here is an error. No secret stands in it.\n"
    )
    for name, field in Settings.model_fields.items():
        section = section_of(field.annotation)
        if section is not None:
            many = "tuple" in str(field.annotation)
            yield from _section(f"[[{name}]]" if many else f"[{name}]", section)


def _section(head: str, section: type[Section]) -> Iterator[str]:
    yield f"## `{head}`\n\n{getdoc(section)}\n"
    schema = section.model_json_schema()
    for name, said in schema["properties"].items():
        inner = section_of(section.model_fields[name].annotation)
        needed = name in schema.get("required", ())
        end = "needed" if needed else f"default: {_default(said.get('default'))}"
        text = " ".join(said.get("description", "").split())
        kind = "array of tables, see below" if inner else _kind(said)
        yield f"- **`{name}`** ({kind}; {end}): {text}"
        if inner:
            yield from (f"  {line}" for line in _section("", inner) if line.startswith("- "))
    yield ""


def _kind(said: dict[str, Any]) -> str:
    if "anyOf" in said:
        return " or ".join(_kind(one) for one in said["anyOf"] if one.get("type") != "null")
    if "enum" in said:
        return " or ".join(f"`{one}`" for one in said["enum"])
    if "const" in said:
        return _default(said["const"])
    if said.get("type") == "array":
        return f"array of {_kind(said['items'])}s"
    kinds = {"string": "text", "integer": "whole number", "boolean": "`true` or `false`"}
    form, plain = str(said.get("format")), str(said["type"])
    kind = form if form in {"date", "path"} else kinds.get(plain, plain)
    low, high = said.get("minimum"), said.get("maximum")
    start = "" if low is None else f" from {low}"
    return f"{kind}{start}" if high is None else f"{kind}{start} to {high}"


def _default(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list | tuple):
        return f"`[{', '.join(map(repr, value))}]`".replace("'", '"')
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def _checks() -> Iterator[str]:
    yield "# Checks\n\n| code | looks for |\n|---|---|"
    for page in manual.pages():
        yield f"| [{page.code}](../checks/{page.code}.md) | {page.title} |"
    yield (
        "\n## What is done about findings\n\n"
        "The strictest row that applies wins; `policy.rules` replaces them all.\n\n"
        "| findings | with a probability of | in protected zones only | action |\n|---|---|---|---|"
    )
    for rule in DEFAULT_RULES:
        only = "yes" if rule.protected else "no"
        yield f"| {rule.code} | {rule.probability} | {only} | {rule.action} |"


def _exit_codes() -> Iterator[str]:
    yield "# Exit codes\n\nThe same for every command.\n\n| code | meaning |\n|---|---|"
    yield from (f"| {code} | {meaning} |" for code, meaning in MEANINGS.items())


def main() -> int:
    """Write every page, and take away those of checks that are no more."""
    made = pages()
    for path, text in made.items():
        (HERE / path).parent.mkdir(parents=True, exist_ok=True)
        (HERE / path).write_text(text, "utf-8")
    for left in (HERE / "checks").glob("*.md"):
        if left.relative_to(HERE) not in made:
            left.unlink()
    for page, text in filled().items():
        page.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
