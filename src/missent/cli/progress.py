"""Progress bars on standard error, where that is a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def bars() -> Iterator[Callable[[str, int, int], None]]:
    """Show what is being done, how fast, and how long it still takes, where a person looks on.

    Yields:
        What is to be told what is counted, how many are done, and of how many; 0 where that is not
        known. In a pipe it does nothing.
    """
    if not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415  slow to import, and only for a terminal
    from rich.progress import (  # noqa: PLC0415  likewise
        BarColumn,
        Progress,
        ProgressColumn,
        Task,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
    )

    class Done(ProgressColumn):
        def render(self, task: Task) -> str:
            return f"{task.percentage:>3.0f}%" if task.total else f"{task.completed:,.0f}"

    class Rate(ProgressColumn):
        def render(self, task: Task) -> str:
            speed = task.finished_speed or task.speed or 0
            if "octets" in task.description:
                return f"{speed / 1e6:.0f} MB/s"
            return f"{speed:,.0f}/s" if speed else ""

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        Done(),
        Rate(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ) as shown:
        tasks: dict[str, TaskID] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = shown.add_task(what, total=total or None)
            shown.update(tasks[what], completed=done, total=total or None)

        yield tell
