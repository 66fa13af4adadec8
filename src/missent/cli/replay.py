"""`missent replay`: what would have been asked, had missent been there already?"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from missent.audit import replay_lines
from missent.audit.replay import Options, Prompt, Replay
from missent.audit.replay_order import WINDOW, OrderError, in_order
from missent.audit.sources import jsonl
from missent.audit.sources.dates import seconds
from missent.audit.sources.interface import Tally
from missent.cli import FINDINGS, INTERRUPTED, UNDECIDED, USAGE
from missent.cli.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from missent.audit.sources.interface import Event
    from missent.cli.root import Context

_SOURCE = click.Path(exists=True, path_type=Path)


def _moment(_context: click.Context, option: click.Parameter, given: str | None) -> int | None:
    at = seconds(given) if given else None
    if given and at is None:
        raise click.BadParameter(
            f"{given!r} is no date such as 2001-06-30 or 2001-06-30T12:00Z", param=option
        )
    return at


@click.command(name="replay")
@click.argument("sources", nargs=-1, required=True, type=_SOURCE, metavar="SOURCE...")
@click.option(
    "--history",
    multiple=True,
    type=_SOURCE,
    metavar="SOURCE",
    help="Mail to be learned first, without deciding it; may be given again.",
)
@click.option(
    "--since", callback=_moment, metavar="DATE", help="Decide mail from this moment on (UTC)."
)
@click.option("--until", callback=_moment, metavar="DATE", help="Stop before this moment (UTC).")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "ndjson"]),
    default="text",
    show_default=True,
    help="For people, or one JSON object a line.",
)
@click.option("--repeat", is_flag=True, help="Print also what a sender was asked about before.")
@click.option(
    "--window",
    type=click.IntRange(min=1),
    default=WINDOW,
    show_default=True,
    metavar="MESSAGES",
    help="Held in memory to bring the mail into the order of time.",
)
@click.pass_obj
def command(
    context: Context,
    *,
    sources: tuple[Path, ...],
    history: tuple[Path, ...],
    since: int | None,
    until: int | None,
    form: str,
    repeat: bool,
    window: int,
) -> int:
    """Decide past mail again, each message with what was known before it.

    What would have been asked is printed, one line a prompt; the counts follow on standard error.
    Nothing is written anywhere else. The exit code is 0 without prompts, 1 with prompts, 3 when
    something could not be decided.

    \b
    Examples:
      missent replay sent-2025.jsonl.gz
      missent --config missent.toml replay --history 2024.jsonl.gz 2025.jsonl.gz --format ndjson
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.app import build  # noqa: PLC0415  `--help` needs none

    app = build(context.settings() if context.file else None)
    options = Options(
        app.policy, app.checks, app.own_domains, app.exceptions, since=since or 0, until=until
    )
    run = _Run(Replay(options), sources, history, window)
    show = replay_lines.ndjson if form == "ndjson" else replay_lines.text
    code = run.go(lambda prompt: _print(show(prompt)) if repeat or not prompt.repeat else None)
    for line in run.told():
        click.echo(printable(line), err=True)
    return code


def _print(line: str) -> None:
    sys.stdout.write(f"{printable(line)}\n")
    sys.stdout.flush()


@dataclass(slots=True)
class _Run:
    """One replay with all that can happen to it."""

    replay: Replay
    sources: tuple[Path, ...]
    history: tuple[Path, ...]
    window: int
    tallies: dict[Path, Tally] = field(default_factory=dict)

    def go(self, show: Callable[[Prompt], None]) -> int:
        """Replay, show every prompt, and return the exit code."""
        summary = self.replay.summary
        try:
            with _progress(self) as step:
                for path in self.history:
                    self.replay.learn(step(self._read(path)))
                events = in_order([(str(p), self._read(p)) for p in self.sources], self.window)
                for prompt in self.replay.run(step(events)):
                    show(prompt)
        except KeyboardInterrupt:
            click.echo("interrupted; so far:", err=True)
            return INTERRUPTED
        except OrderError as error:
            click.echo(f"Error: {error}", err=True)
            return UNDECIDED
        except BrokenPipeError:
            raise
        except OSError as error:
            click.echo(f"Error: {error}", err=True)
            return USAGE
        if summary.errors or any(t.skipped and not t.events for t in self.tallies.values()):
            return UNDECIDED
        return FINDINGS if summary.prompts else 0

    def _read(self, path: Path) -> Iterator[Event]:
        tally = self.tallies[path] = Tally()
        return jsonl.read(path, tally)

    def told(self) -> Iterator[str]:
        """The lines of the summary."""
        yield from self.replay.summary.lines()
        for path, tally in self.tallies.items():
            if tally.skipped or tally.no_address:
                yield (
                    f"unreadable   {tally.skipped} lines or messages, {tally.no_address} recipients"
                    f" in {path}; the first:"
                )
                yield from (f"{'':13}{s.where}: {s.reason}" for s in tally.samples[:3])


@contextmanager
def _progress(run: _Run) -> Iterator[Callable[[Iterable[Event]], Iterator[Event]]]:
    """A bar on standard error where that is a terminal; yields what counts the events."""
    if not sys.stderr.isatty():
        yield iter
        return
    from rich.console import Console  # noqa: PLC0415  slow to import, and only for a terminal
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ) as bar:
        task = bar.add_task("messages", total=None)

        def step(events: Iterable[Event]) -> Iterator[Event]:
            for number, event in enumerate(events):
                if number % 500 == 0:
                    total = sum(tally.events for tally in run.tallies.values())
                    bar.update(task, completed=number, total=total)
                yield event

        yield step
