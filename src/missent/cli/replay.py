"""`missent replay`: what would have been asked, had missent been there already?"""

from __future__ import annotations

import sys
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from missent.audit import budget as budgets
from missent.audit import replay_lines, report_html
from missent.audit.replay import Replay
from missent.audit.replay_order import WINDOW, OrderError, in_order
from missent.audit.replay_prompt import Options
from missent.audit.sources.dates import seconds
from missent.audit.sources.detect import READERS, detect
from missent.audit.sources.interface import Tally
from missent.cli import FINDINGS, INTERRUPTED, UNDECIDED, USAGE
from missent.cli.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from missent.audit.replay_prompt import Prompt
    from missent.audit.sources.interface import Event
    from missent.cli.root import Context

    _Step = Callable[[Iterable[Event]], Iterator[Event]]

_FEW = 5  # of a list that is shown for an impression
_EVERY = 500  # messages between two looks of the progress bar
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
    "--read-as",
    type=click.Choice(list(READERS)),
    help="The format of the sources; otherwise told by their content.",
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
    "--budget",
    type=click.FloatRange(min=0, max=1000),
    metavar="PROMPTS",
    help="Choose the threshold that spends this many prompts per 1,000 messages.",
)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write a report with a timeline; one file, which fetches nothing.",
)
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
    read_as: str | None,
    since: int | None,
    until: int | None,
    form: str,
    repeat: bool,
    budget: float | None,
    html: Path | None,
    window: int,
) -> int:
    """Decide past mail again, each message with what was known before it.

    What would have been asked is printed, one line a prompt; the counts follow on standard error.
    Nothing is learned for later. With --budget the prompts come at the end, with the policy that
    buys them on standard error. The exit code is 0 without prompts, 1 with prompts, 3 when
    something could not be decided.

    \b
    Examples:
      missent replay sent-2025.jsonl.gz
      missent --config missent.toml replay --history 2024.jsonl.gz 2025.jsonl.gz --format ndjson
      missent replay --budget 0.5 --html report.html sent-2025.jsonl.gz
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.app import build  # noqa: PLC0415  `--help` needs none

    if budget is not None and repeat:
        raise click.UsageError("--budget counts each pair once; leave --repeat out")
    if html and not html.absolute().parent.is_dir():
        raise click.BadParameter(f"{html.parent} is no directory", param_hint="--html")
    app = build(context.settings() if context.file else None)
    options = Options(
        app.policy, app.checks, app.own_domains, app.exceptions, since=since or 0, until=until
    )
    show = replay_lines.ndjson if form == "ndjson" else replay_lines.text
    formats = {path: read_as or _format(path) for path in (*history, *sources)}
    run = _Run(options, sources, history, formats, window, show, repeat, budget, html)
    return run.go()


def _format(path: Path) -> str:
    try:
        return detect(path)
    except ValueError:
        known = "neither mbox, Maildir, .eml files, a Postfix log nor JSON Lines"
        raise click.BadParameter(
            f"{path}: {known}; name its format with --read-as", param_hint="SOURCE"
        ) from None
    except (OSError, EOFError, zlib.error) as error:
        raise click.BadParameter(f"{path}: {error}", param_hint="SOURCE") from None


def _tell(line: str) -> None:
    click.echo(printable(line), err=True)


@dataclass(slots=True)
class _Run:
    """One replay with all that can happen to it."""

    options: Options
    sources: tuple[Path, ...]
    history: tuple[Path, ...]
    formats: dict[Path, str]
    window: int
    show: Callable[[Prompt], str]
    repeat: bool
    budget: float | None
    html: Path | None
    tallies: list[tuple[Path, Tally]] = field(default_factory=list)
    kept: list[Prompt] = field(default_factory=list)

    def go(self) -> int:
        """Replay, print every prompt and the summary, and return the exit code."""
        policy = self.options.policy
        if self.budget is None:
            replay = Replay(self.options)
        else:
            replay = Replay(replace(self.options, policy=budgets.lowered(policy)))
        candidates = budgets.Candidates(policy)
        choice: budgets.Choice | None = None
        try:
            with _progress(self.tallies) as step:
                for prompt in self._prompts(replay, step):
                    if self.budget is None:
                        self._print(prompt)
                    else:
                        candidates.offer(prompt)
            if self.budget is not None:
                choice = candidates.choose(self.budget, replay.summary.messages)
                replay.summary.prompted_only(choice.prompts)
                for prompt in choice.prompts:
                    self._print(prompt)
            self._sum_up(replay, choice)
        except KeyboardInterrupt:
            _tell("interrupted; so far:")
            self._counts(replay)
            return INTERRUPTED
        except BrokenPipeError:
            raise
        except (OrderError, OSError) as error:
            _tell(f"Error: {error}")
            return UNDECIDED if isinstance(error, OrderError) else USAGE
        if replay.summary.errors or any(t.skipped and not t.events for _, t in self.tallies):
            return UNDECIDED
        return FINDINGS if replay.summary.prompts else 0

    def _prompts(self, replay: Replay, step: _Step) -> Iterator[Prompt]:
        for path in self.history:
            replay.learn(step(self._read(path)))
        events = in_order([(str(p), self._read(p)) for p in self.sources], self.window)
        yield from replay.run(step(events))

    def _read(self, path: Path) -> Iterator[Event]:
        tally = Tally()
        self.tallies.append((path, tally))
        return READERS[self.formats[path]](path, tally)

    def _print(self, prompt: Prompt) -> None:
        if prompt.repeat and not self.repeat:
            return
        sys.stdout.write(f"{printable(self.show(prompt))}\n")
        sys.stdout.flush()
        if self.html and not prompt.repeat and len(self.kept) < report_html.MOST:
            self.kept.append(prompt)

    def _sum_up(self, replay: Replay, choice: budgets.Choice | None) -> None:
        if choice:
            asked = {(p.sender.key, p.recipient.key) for p in choice.prompts}
            afterwards = list(replay.afterwards(choice.policy, asked))
        else:
            afterwards = list(replay.afterwards())
        self._counts(replay)
        if afterwards:
            _tell(f"afterwards   {len(afterwards)} more that only later mail shows; the first:")
            for prompt in afterwards[:_FEW]:
                _tell(f"{'':13}{replay_lines.text(prompt)}")
        if choice:
            _tell(f"threshold    {choice.threshold:g} spends {self.budget:g} per 1,000 messages:")
            for row in choice.rows():
                _tell(row)
        if self.html:
            title = ", ".join(path.name for path in self.sources)
            options = replace(self.options, policy=choice.policy) if choice else self.options
            page = report_html.Page(title, options, replay.summary, self.kept, afterwards, choice)
            report_html.write(self.html, page)

    def _counts(self, replay: Replay) -> None:
        for line in replay.summary.lines():
            _tell(line)
        for path, tally in self.tallies:
            if tally.skipped or tally.no_address:
                _tell(
                    f"unreadable   {tally.skipped} lines or messages, {tally.no_address} recipients"
                    f" in {path}; the first:"
                )
                for sample in tally.samples[:_FEW]:
                    _tell(f"{'':13}{sample.where}: {sample.reason}")


@contextmanager
def _progress(tallies: Sequence[tuple[Path, Tally]]) -> Iterator[_Step]:
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
        passed = 0

        def step(events: Iterable[Event]) -> Iterator[Event]:
            nonlocal passed
            for event in events:
                if passed % _EVERY == 0:
                    read = sum(tally.events for _, tally in tallies)
                    bar.update(task, completed=passed, total=read)
                passed += 1
                yield event

        yield step
