"""What stands in docs/ is what the program says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import pytest

from missent.checks import ALL
from missent.cli.root import Commands
from missent.settings import Settings
from missent.settings.file import section_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.settings.section import Section


class Generator(Protocol):
    """docs/generate.py."""

    def pages(self) -> dict[Path, str]: ...
    def filled(self) -> dict[Path, str]: ...


ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def _generator() -> Generator:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast("Generator", module)


MADE = _generator().pages()
SHOWN = _generator().filled()


@pytest.mark.parametrize("path", MADE, ids=str)
def test_a_generated_page_is_up_to_date(path: Path) -> None:
    assert (DOCS / path).read_text("utf-8") == MADE[path], "run `make docs`"


@pytest.mark.parametrize("page", SHOWN, ids=lambda page: page.name)
def test_what_is_filled_in_is_up_to_date(page: Path) -> None:
    assert page.read_text("utf-8") == SHOWN[page], "run `make docs`"


def test_no_page_of_a_check_is_left_over() -> None:
    there = {path.relative_to(DOCS) for path in (DOCS / "checks").glob("*.md")}
    assert there == {path for path in MADE if path.parent.name == "checks"}


def test_every_check_is_in_the_reference() -> None:
    page = MADE[Path("reference/checks.md")]
    for check in ALL:
        assert f"(../checks/{check().code}.md)" in page


@pytest.mark.parametrize("command", Commands.modules)
def test_every_command_is_in_the_reference(command: str) -> None:
    assert f"## missent {command}\n" in MADE[Path("reference/commands.md")]


def _keys(section: type[Section]) -> Iterator[str]:
    for name, field in section.model_fields.items():
        yield name
        if inner := section_of(field.annotation):
            yield from _keys(inner)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_reference_and_explained(name: str) -> None:
    page = MADE[Path("reference/settings.md")]
    section = section_of(Settings.model_fields[name].annotation)
    assert section, "a key outside of every section would not be documented"
    text = re.split(rf"^## `\[+{name}\]", page, maxsplit=1, flags=re.MULTILINE)[1]
    text = text.partition("\n## ")[0]
    for key in _keys(section):
        assert re.search(rf"\*\*`{key}`\*\* \(.+\): \w|\*\*`{key}`\*\* \(.+\): [`\"]", text), key


PAGES = sorted((*DOCS.rglob("*.md"), *ROOT.glob("*.md")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), target


def test_every_page_is_reached_from_the_index() -> None:
    reached: set[Path] = set()
    waiting = [DOCS / "index.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        targets = re.findall(r"\]\(([^)#\s:]+)\)", page.read_text("utf-8"))
        waiting += [page.parent / target for target in targets]
    assert {page.resolve() for page in DOCS.rglob("*.md")} <= reached


def test_the_example_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL
    )
    exec(example, {})  # noqa: S102  it is our own
    action, meant, *_ = capsys.readouterr().out.splitlines()
    assert f"# {action}\n" in example
    assert f"# {meant}\n" in example
