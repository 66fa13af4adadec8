"""`missent replay`: what would have been asked, had missent been there already?"""

from __future__ import annotations

import math
import os
import sys
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from missent.audit import budget as budgets
from missent.audit import replay_lines, report_html
from missent.audit.replay_order import WINDOW, OrderError
from missent.audit.replay_prompt import Options
from missent.audit.replay_run import Alone, Plan, Source, Together
from missent.audit.sources.dates import seconds
from missent.audit.sources.detect import READERS, detect
from missent.audit.sources.folder import octets
from missent.cli import FINDINGS, INTERRUPTED, UNDECIDED, USAGE, told
from missent.cli.blame import blaming
from missent.cli.form import form
from missent.cli.piped import kept
from missent.cli.progress import bars
from missent.cli.text import printable, remark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Protocol

    from missent.audit.replay_prompt import Prompt
    from missent.audit.replay_run import Run
    from missent.audit.replay_summary import Summary
    from missent.cli.root import Context

    class _Show(Protocol):
        """Write a prompt on one line."""

        def __call__(self, prompt: Prompt, *, afterwards: bool = ...) -> str: ...


_FEW = 5  # of a list that is shown for an impression
_MUCH = 4 << 20  # octets of mail for which a second process is worth its start
_SOURCE = click.Path(exists=True, allow_dash=True, path_type=Path)


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
@form("text", "ndjson", told="For people, or one JSON object a line.")
@click.option("--repeat", is_flag=True, help="Print also what a sender was asked about before.")
@click.option(
    "--afterwards",
    is_flag=True,
    help="Print at the end also the slips that only later mail shows.",
)
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
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    metavar="PROCESSES",
    help="Processes that share the senders; otherwise two where there is much mail.",
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
    afterwards: bool,
    budget: float | None,
    html: Path | None,
    window: int,
    jobs: int | None,
) -> int:
    """Decide past mail again, to see what would have been asked.

    Each message is decided with what was known before it. What would have been asked is printed,
    one line a prompt; the counts follow on standard error. Nothing is learned for later. Sources
    are those of `missent learn`. With --budget the prompts come at the end, with the policy that
    buys them on standard error. The exit code is 0 without prompts, 1 with prompts, 3 when
    something could not be decided.

    \b
    Examples:
      missent replay sent-2025.jsonl.gz
      missent replay --format ndjson --history 2024.jsonl.gz 2025.jsonl.gz
      missent replay --budget 0.5 --html report.html sent-2025.jsonl.gz
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.app import build  # noqa: PLC0415  `--help` needs none

    if since is not None and until is not None and since >= until:
        raise click.UsageError("--since is not before --until: no mail lies between them")
    if budget is not None and repeat:
        raise click.UsageError("--budget counts each pair once; leave --repeat out")
    if html and not html.absolute().parent.is_dir():
        raise click.BadParameter(f"{html.parent} is no directory", param_hint="--html")
    app = build(context.settings() if context.file else None)
    options = Options(
        app.policy, app.checks, app.own_domains, app.exceptions, since=since or 0, until=until
    )
    show: _Show = replay_lines.ndjson if form == "ndjson" else replay_lines.text
    with blaming("SOURCE"), kept(history) as before, kept(sources) as now:
        plan = Plan(options, _sources(now, read_as), _sources(before, read_as), window)
        return _Command(plan, _jobs(plan, jobs), show, repeat, afterwards, budget, html).go()


def _sources(paths: Mapping[Path, Path], read_as: str | None) -> tuple[Source, ...]:
    return tuple(Source(path, read_as or detect(path), str(n)) for path, n in paths.items())


def _jobs(plan: Plan, wanted: int | None) -> int:
    """Two where there is enough to do; each more would learn all of the mail once more."""
    paths = [source.path for source in (*plan.history, *plan.sources)]
    much = sum(map(octets, paths)) > _MUCH
    return wanted or (2 if much and (os.cpu_count() or 1) > 1 else 1)


@dataclass(slots=True)
class _Command:
    """One replay with all that can happen to it."""

    plan: Plan
    jobs: int
    show: _Show
    repeat: bool
    afterwards: bool
    budget: float | None
    html: Path | None
    kept: list[Prompt] = field(default_factory=list)

    def go(self) -> int:
        """Replay, print every prompt and the summary, and return the exit code."""
        plan = self.plan
        if self.budget is not None:
            policy = budgets.lowered(plan.options.policy)
            plan = replace(plan, options=replace(plan.options, policy=policy))
        with bars() as tell:
            progress = partial(tell, "messages")
            run = Together(plan, self.jobs, progress) if self.jobs > 1 else Alone(plan, progress)
            try:
                with run:
                    summary = self._replay(run)
            except KeyboardInterrupt:
                remark("interrupted; so far:")
                self._counts(run.summary, run)
                return INTERRUPTED
            except BrokenPipeError:
                raise
            except (OrderError, OSError) as error:
                remark(f"Error: {told(error) if isinstance(error, OSError) else error}")
                return UNDECIDED if isinstance(error, OrderError) else USAGE
        if summary.errors or any(tally.is_lost or tally.ends_early for _, tally in run.read):
            return UNDECIDED
        return FINDINGS if summary.prompts else 0

    def _replay(self, run: Run) -> Summary:
        if self.budget is None:
            for prompt in run.prompts():
                self._print(prompt)
            summary, afterwards = run.summary, run.afterwards()
            self._counts(summary, run)
            self._tell_afterwards(afterwards)
            self._report(summary, afterwards, None)
            return summary
        candidates = budgets.Candidates(self.plan.options.policy)
        for prompt in run.prompts():
            candidates.offer(prompt)
        summary = run.summary
        choice = candidates.choose(self.budget, summary.messages)
        summary.prompted_only(choice.prompts)
        for prompt in choice.prompts:
            self._print(prompt)
        asked = {(p.sender.key, p.recipient.key) for p in choice.prompts}
        afterwards = run.afterwards(choice.policy, asked)
        self._counts(summary, run)
        self._tell_afterwards(afterwards)
        remark(
            f"threshold    {choice.threshold:g}; of {self.budget:g} prompts per 1,000 messages it"
            f" spends {summary.per_thousand:.3f}:"
        )
        if 0 < self.budget * summary.messages < 1000:  # noqa: PLR2004  the budget is of so many
            remark(
                f"too little   {summary.messages} messages are too few for one prompt of it:"
                f" do not take this policy over; replay {math.ceil(1000 / self.budget):,} or more"
            )
        for row in choice.rows():
            remark(row)
        self._report(summary, afterwards, choice)
        return summary

    def _print(self, prompt: Prompt) -> None:
        if prompt.repeat and not self.repeat:
            return
        sys.stdout.write(f"{printable(self.show(prompt))}\n")
        sys.stdout.flush()
        if self.html and not prompt.repeat and len(self.kept) < report_html.MOST:
            self.kept.append(prompt)

    def _counts(self, summary: Summary, run: Run) -> None:
        for line in summary.lines():
            remark(line)
        for name, tally in run.read:
            if tally.unsent:
                remark(f"drafts       {tally.unsent} in {name}, left out: nobody got them")
            if tally.future:
                remark(f"future       {tally.future} messages in {name}, taken as of now")
            if tally.ends_early:
                remark(f"broken off   {name}, {tally.ends_early}; what came before was decided")
            if tally.skipped or tally.no_address:
                remark(
                    f"unreadable   {tally.skipped} lines or messages, {tally.no_address} addresses"
                    f" in {name}; the first:"
                )
                for sample in tally.samples[:_FEW]:
                    remark(f"{'':13}{sample.where}: {sample.reason}")

    def _tell_afterwards(self, afterwards: Sequence[Prompt]) -> None:
        if afterwards and self.afterwards:
            remark(f"afterwards   {len(afterwards)} more that only later mail shows")
            for prompt in afterwards:
                sys.stdout.write(f"{printable(self.show(prompt, afterwards=True))}\n")
            sys.stdout.flush()
        elif afterwards:
            remark(f"afterwards   {len(afterwards)} more that only later mail shows; the first:")
            for prompt in afterwards[:_FEW]:
                remark(f"{'':13}{replay_lines.text(prompt)}")

    def _report(
        self, summary: Summary, afterwards: Sequence[Prompt], choice: budgets.Choice | None
    ) -> None:
        if self.html:
            title = ", ".join(Path(source.name).name for source in self.plan.sources)
            options = self.plan.options
            if choice:
                options = replace(options, policy=choice.policy)
            page = report_html.Page(title, options, summary, self.kept, afterwards, choice)
            report_html.write(self.html, page)
