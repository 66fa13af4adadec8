"""Notes of processes that live, and of some that were killed."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.hold import journal
from missent.hold.jobs import Claim, Job, Kind, Task
from missent.hold.journal import Journal, Taken, read
from missent.hold.sql.store import SqlHold
from missent.memory.sql.store import SqlStore
from missent.smtp.replies import Reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

YES = Reply(250, "2.0.0", ("ok, for ann@corp.example",))
CHILD = """
import sys, time
from pathlib import Path
from missent.hold.jobs import Job, Kind, Task
from missent.hold.journal import Journal
from missent.smtp.replies import Reply
journal = Journal(Path(sys.argv[1]))
for number in sys.argv[2:]:
    job = Job(int(number), Task(Kind.WARN, "ann@corp.example", 1000), 0)
    journal.note(job, "process", Reply(250, "2.0.0", ("ok",)))
print("noted", flush=True)
time.sleep(60)
"""


@pytest.fixture
async def hold(tmp_path: Path) -> AsyncIterator[SqlHold]:
    store = await SqlStore.open(f"sqlite:///{tmp_path}/missent.db")
    try:
        yield SqlHold(store)
    finally:
        await store.close()


async def claimed(hold: SqlHold, count: int) -> list[Job]:
    """Jobs that the process "process" took."""
    for _ in range(count):
        await hold.enqueue(Task(Kind.WARN, "ann@corp.example", 1000))
    return list(await hold.claim([Kind.WARN], Claim("process", 1000, 1015), count))


@contextmanager
def process(folder: Path, *jobs: Job) -> Iterator[subprocess.Popen[str]]:
    """Another process, which has noted these jobs."""
    words = [sys.executable, "-c", CHILD, str(folder), *(str(job.number) for job in jobs)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "noted\n"
            yield child
        finally:
            child.kill()


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*")) if folder.exists() else []


async def left(hold: SqlHold) -> list[int]:
    """The numbers of the jobs that are still to be done, after every claim has ended."""
    return [job.number for job in await hold.claim([Kind.WARN], Claim("later", 5000, 5001), 100)]


async def test_what_a_killed_process_noted_is_told_and_the_rest_is_done_again(
    tmp_path: Path, hold: SqlHold
) -> None:
    folder = tmp_path / "taken"
    jobs = await claimed(hold, 4)
    with process(folder, *jobs[:2]) as one, process(folder, jobs[2]) as two:
        one.send_signal(signal.SIGKILL)
        one.wait()
        await Journal(folder).settle(hold)
        assert len(files(folder)) == 1  # of the one that lives
        two.send_signal(signal.SIGKILL)
        two.wait()
        assert await left(hold) == [jobs[2].number, jobs[3].number]


async def test_a_process_that_lives_is_let_alone_until_it_dies(
    tmp_path: Path, hold: SqlHold
) -> None:
    jobs = await claimed(hold, 1)
    with process(tmp_path / "taken", *jobs) as child:
        await Journal(tmp_path / "taken").settle(hold)
        assert await hold.due() is not None
        child.send_signal(signal.SIGKILL)
        child.wait()
        await Journal(tmp_path / "taken").settle(hold)
    assert await hold.due() is None
    assert files(tmp_path / "taken") == []


async def test_a_process_that_cannot_tell_the_store_is_helped_out(
    tmp_path: Path, hold: SqlHold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_OVERDUE", -1)
    jobs = await claimed(hold, 1)
    with process(tmp_path / "taken", *jobs):
        await Journal(tmp_path / "taken").settle(hold)
        assert await hold.due() is None
        assert len(files(tmp_path / "taken")) == 1


async def test_what_another_took_over_since_is_not_ended(tmp_path: Path, hold: SqlHold) -> None:
    jobs = await claimed(hold, 1)
    with process(tmp_path / "taken", *jobs):
        await hold.claim([Kind.WARN], Claim("another", 2000, 2015), 1)
    await Journal(tmp_path / "taken").settle(hold)
    assert await left(hold) == [jobs[0].number]


def test_only_numbers_and_the_code_of_the_answer_are_written_for_us_alone(tmp_path: Path) -> None:
    notes = Journal(tmp_path / "a" / "taken")
    task = Task(Kind.RELEASE, "gen@army.mil", 1000, "00112233445566aa", 2, {"said": "x"})
    notes.note(Job(7, task, 1), "process", YES)
    (path,) = files(tmp_path / "a" / "taken")
    (taken,) = read(path.read_bytes())
    assert (taken.number, taken.kind, taken.said) == (7, Kind.RELEASE, "250 2.0.0")
    assert b"@" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    notes.close()


def test_what_the_store_knows_is_taken_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = Journal(tmp_path)
    jobs = [Job(number, Task(Kind.WARN, "", 1000), 0) for number in range(100)]
    for job in jobs:
        notes.note(job, "process", YES)
    monkeypatch.setattr(journal, "_LARGE", 100)
    for job in jobs[:-2]:
        notes.told(job, "process")
    notes.note(jobs[0], "process", YES)  # the file has become too large: a new one
    (path,) = files(tmp_path)
    assert [taken.number for taken in read(path.read_bytes())] == [98, 99, 0]
    for job in (jobs[0], *jobs[-2:]):
        notes.told(job, "process")
    assert path.read_bytes() == b""
    notes.close()
    assert files(tmp_path) == []


async def test_what_could_not_be_told_before_the_end_is_told_by_the_next(
    tmp_path: Path, hold: SqlHold
) -> None:
    (job,) = await claimed(hold, 1)
    notes = Journal(tmp_path / "taken")
    notes.note(job, "process", YES)
    notes.close()
    await Journal(tmp_path / "taken").settle(hold)
    assert await left(hold) == []


async def test_foreign_files_stay(tmp_path: Path, hold: SqlHold) -> None:
    before = files(tmp_path)
    await Journal(tmp_path).settle(hold)
    assert files(tmp_path) == before


TAKEN = st.builds(
    Taken,
    st.text("0123456789abcdef", min_size=16, max_size=16),
    st.integers(1, 1 << 40),
    st.sampled_from(Kind),
    st.text("0123456789abcdef", max_size=16),
    st.integers(0, 1000),
    st.integers(0, 1 << 33),
    st.just("250 2.0.0"),
)


@given(st.lists(TAKEN, min_size=1, max_size=4), st.data())
def test_a_torn_line_costs_itself_and_nothing_else(noted: list[Taken], data: st.DataObject) -> None:
    lines = [journal.line(one) for one in noted]
    octets = b"".join(lines)
    cut = data.draw(st.integers(0, len(octets)))
    ends = [len(b"".join(lines[: n + 1])) for n in range(len(lines))]
    whole = [one for one, end in zip(noted, ends, strict=True) if end <= cut]
    assert read(octets[:cut]) == whole
    assert read(octets[:cut] + lines[0]) == [*whole, noted[0]]
