"""What docs/ and deploy/ tell to paste: commands, configurations, links."""

from __future__ import annotations

import json
import re
import shlex
import textwrap
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from missent.cli.root import cli
from missent.settings.file import parse

if TYPE_CHECKING:
    from collections.abc import Iterator


ROOT = Path(__file__).parent.parent
PAGES = sorted((*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")))
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(missent [^`]+)`")
_FILLED = re.compile(r"\$\([^)]*\)")
_START = re.compile(r"(?:^|[|&;] *|-- )(?:\S*/)?(missent .*)")
# What a page adds to: sections that stand there before.
_BEFORE = """
[store]
url = "sqlite:///missent.db"
[web]
url = "https://missent.corp.example"
[web.oidc]
issuer = "https://id.corp.example"
client_id = "missent"
client_secret_file = "secret"
[hold]
key_file = "hold.key"
upstream = "smtp://127.0.0.1:10026"
[notice]
author = "missent@corp.example"
"""


def _blocks(language: str) -> list[Any]:
    blocks = []
    for page in PAGES:
        text = page.read_text("utf-8")
        for found in _BLOCK.finditer(text):
            if found[2] == language:
                line = text[: found.start()].count("\n") + 1
                body = re.sub(f"^{found[1]}", "", found[3], flags=re.MULTILINE)
                blocks.append(pytest.param(body, id=f"{page.relative_to(ROOT)}:{line}"))
    return blocks


def _commands() -> list[Any]:
    told = {command for text in _in_pages() for command in _of_shell(text)}
    return [pytest.param(command, id=command) for command in sorted(told)]


def _in_pages() -> Iterator[str]:
    for page in PAGES:
        yield from _INLINE.findall(page.read_text("utf-8"))
    for language in ("sh", "console"):
        yield from (block.values[0] for block in _blocks(language))
    yield from (unit.read_text("utf-8") for unit in (ROOT / "deploy").rglob("*.service"))
    yield from _examples(cli, click.Context(cli))


def _examples(command: click.Command, context: click.Context) -> Iterator[str]:
    _, _, after = (command.help or "").partition("Example")
    yield re.sub(r"^s?:\s*", "", after)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner
            yield from _examples(inner, context)


def _of_shell(text: str) -> Iterator[str]:
    for line in text.replace("\\\n", " ").splitlines():
        found = _START.search(line.strip().removeprefix("$ "))
        if found and not found[1].startswith(("missent.", "missent/")):
            yield shlex.join(_words(_FILLED.sub("X", found[1])))


def _words(line: str) -> Iterator[str]:
    """The words of a command, up to the pipe, the file or the remark that follows."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    for word in lexer:
        if set(word) <= set("|&;<>()"):
            return
        yield word


@pytest.mark.parametrize("line", _commands())
def test_a_command_has_the_options_that_are_shown(line: str) -> None:
    command: click.Command = cli
    arguments = shlex.split(line)[1:]
    while True:
        context = click.Context(command)
        try:
            _, arguments, _ = command.make_parser(context).parse_args(args=arguments)
        except click.BadOptionUsage:
            return  # a sentence names the option, and no value
        if not isinstance(command, click.Group) or not arguments:
            break
        inner = command.get_command(context, arguments[0])
        assert inner, f"there is no command {arguments[0]!r}"
        command, arguments = inner, arguments[1:]


def _over(base: dict[str, Any], added: dict[str, Any]) -> dict[str, Any]:
    both = dict(base)
    for name, value in added.items():
        old = both.get(name)
        both[name] = (
            _over(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
        )
    return both


@pytest.mark.parametrize("block", _blocks("toml"))
def test_a_configuration_can_be_used_as_it_stands(block: str) -> None:
    parse(_over(tomllib.loads(_BEFORE), tomllib.loads(block)), "the page")


@pytest.mark.parametrize("block", _blocks("json"))
def test_json_is_json(block: str) -> None:
    json.loads(block)


@pytest.mark.parametrize("block", _blocks("python"))
def test_a_program_is_one(block: str) -> None:
    compile(textwrap.dedent(block), "the page", "exec")


def test_the_programs_of_the_page_on_python_print_what_they_say(
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = (ROOT / "docs/how-to/python.md").read_text("utf-8")
    for program in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(program.replace("/etc/missent/", "/nonexistent/"), {})  # noqa: S102  it is our own
        printed = capsys.readouterr().out.splitlines()
        said = re.findall(r"^(?:# |    print.*#|print.*#) ?(.*)$", program, re.MULTILINE)
        assert said
        for line in said:
            assert line in printed or line.startswith("names the file"), line


def _slug(heading: str) -> str:
    """The name that a heading gets, as forges make it."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_into_a_page_leads_to_a_heading(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for path, place in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", text):
        target = (page.parent / path) if path else page
        headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.MULTILINE)
        assert place in map(_slug, headings), f"{path}#{place}"
