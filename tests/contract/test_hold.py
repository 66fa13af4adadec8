"""What every store of held messages must do. Each test runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, text

from missent.hold.held import Envelope, Pick, Reason, Record, Step, Suspect
from missent.hold.jobs import Claim, Kind, Task
from missent.hold.machine import Choice, Refused, State, Way
from missent.hold.sql import keeping, rows
from missent.hold.sql.store import SqlHold
from missent.hold.sql.tables import held, held_recipient
from missent.memory.sql.store import SqlStore

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from missent.hold.held import Held

ANN = "Ann@corp.example"
GEN, JOE = "gen@army.ml", "joe@gmial.com"
NAME = "00112233445566aa"
ENVELOPE = Envelope(ANN, eight_bit=True, message_id="1@corp.example")


def record(
    name: str = NAME, *recipients: str, at: int = 1000, mark: str = "", sender: str = ANN
) -> Record:
    suspects = tuple(
        Suspect(one, (f"{one.rpartition('@')[0]}@meant.example",), (Reason("T101", "why"),))
        for one in recipients or (GEN,)
    )
    envelope = Envelope(sender, eight_bit=True, message_id="1@corp.example")
    return Record(name, envelope, suspects, b"\0sealed", b"subject", 7, mark, at, at + 100)


def pick(
    choice: Choice, number: int = 1, *, name: str = NAME, at: int = 1001, way: Way = Way.LINK
) -> Pick:
    meant = "gen@army.mil" if choice is Choice.INSTEAD else ""
    return Pick(name, number, choice, way, ANN, at, meant)


@pytest.fixture
def hold(store: SqlStore) -> SqlHold:
    return SqlHold(store)


@pytest.fixture
async def others(url: str, store: SqlStore) -> AsyncIterator[list[SqlHold]]:
    """Other processes, as far as the store can tell."""
    assert repr(store)
    stores = [await SqlStore.open(url) for _ in range(3)]
    yield [SqlHold(one) for one in stores]
    for one in stores:
        await one.close()


async def of(hold: SqlHold, name: str = NAME) -> Held:
    found = await hold.message(name)
    assert found is not None
    return found


async def take(hold: SqlHold, *kinds: Kind, who: str = "a", at: int = 1002, limit: int = 9) -> list:  # type: ignore[type-arg]
    return list(await hold.claim(kinds or tuple(Kind), Claim(who, at, at + 30), limit))


async def test_a_message_is_kept_with_all_that_is_needed(hold: SqlHold) -> None:
    kept = record(NAME, GEN, JOE)
    assert (await hold.keep(kept)).name == NAME
    held = await of(hold)
    assert (held.envelope, held.at, held.expires, held.octets) == (ENVELOPE, 1000, 1100, 7)
    assert held.subject == b"subject"
    assert [r.suspect for r in held.recipients] == list(kept.suspects)
    assert [(r.number, r.state) for r in held.recipients] == [(1, State.HELD), (2, State.HELD)]
    assert await hold.sealed(NAME) == b"\0sealed"
    assert [(s.recipient, s.what, s.why) for s in await hold.steps(NAME)] == [
        (1, "held", "T101"),
        (2, "held", "T101"),
    ]
    [job] = await take(hold)
    assert (job.task.kind, job.task.rcpt_to, job.task.message) == (Kind.ASK, ANN, NAME)
    assert await hold.message("ffffffffffffffff") is None
    assert await hold.sealed("ffffffffffffffff") is None


@pytest.mark.parametrize(
    ("choice", "state", "sent_to"),
    [
        (Choice.SEND, State.RELEASED, GEN),
        (Choice.INSTEAD, State.REDIRECTED, "gen@army.mil"),
        (Choice.DISCARD, State.DISCARDED, ""),
    ],
)
async def test_a_choice_is_carried_out_recorded_and_final(
    hold: SqlHold, choice: Choice, state: State, sent_to: str
) -> None:
    await hold.keep(record(NAME, GEN, JOE))
    assert await hold.choose(pick(choice)) is state
    held = await of(hold)
    assert (held.recipients[0].state, held.recipients[0].sent_to) == (state, sent_to)
    assert held.recipients[1].state is State.HELD
    last = (await hold.steps(NAME))[-1]
    assert (last.recipient, last.what, last.who, last.way) == (1, state, ANN, Way.LINK)
    for again in (Choice.SEND, Choice.INSTEAD, Choice.DISCARD):
        assert await hold.choose(pick(again)) is Refused.DECIDED
    jobs = await take(hold, Kind.RELEASE)
    assert [(j.task.rcpt_to, j.task.recipient) for j in jobs] == ([(sent_to, 1)] if sent_to else [])
    assert await hold.choose(pick(choice, 3)) is None
    assert await hold.choose(pick(choice, name="ffffffffffffffff")) is None


async def test_what_its_sender_says_is_learned(hold: SqlHold, store: SqlStore) -> None:
    await hold.keep(record(NAME, GEN, JOE))
    await hold.choose(pick(Choice.SEND, 2))
    await hold.choose(pick(Choice.INSTEAD, 1))
    contacts = [c async for batch in store.contacts() for c in batch]
    assert [(c.sender, f"{c.local}@{c.domain}", c.confirmed) for c in contacts] == [
        ("ann@corp.example", JOE, True)
    ]
    assert [(c.sender, c.typed, c.meant) for c in await store.corrections()] == [
        ("ann@corp.example", GEN, "gen@army.mil")
    ]


async def test_a_reviewer_releases_and_confirms_nothing(hold: SqlHold, store: SqlStore) -> None:
    await hold.keep(record())
    assert await hold.choose(pick(Choice.SEND, way=Way.REVIEWER)) is State.RELEASED
    assert [c async for batch in store.contacts() for c in batch] == []


async def test_those_that_wait_are_counted_once_a_message(hold: SqlHold) -> None:
    assert await hold.waiting() == 0
    await hold.keep(record(NAME, GEN, JOE))
    await hold.keep(record("ffffffffffffffff", GEN))
    assert await hold.waiting() == 2
    await hold.choose(pick(Choice.DISCARD, 1))
    assert await hold.waiting() == 2
    await hold.choose(pick(Choice.DISCARD, 2))
    assert await hold.waiting() == 1


async def test_what_is_let_go_as_written_counts_as_overridden(
    hold: SqlHold, store: SqlStore
) -> None:
    await hold.keep(record(NAME, GEN, JOE))
    await hold.choose(pick(Choice.SEND, 1, way=Way.REVIEWER))
    await hold.choose(pick(Choice.DISCARD, 2))
    (day,) = await store.days(0, 1 << 30)
    assert {code: tuple(counted) for code, counted in day.codes.items()} == {"T101": (0, 0, 1)}
    (slip,) = await store.slips(0, 1 << 30)
    assert (slip.typed, slip.meant, tuple(slip.counted)) == ("army.ml", "meant.example", (0, 0, 1))


async def test_of_many_choices_at_once_one_counts(hold: SqlHold, others: list[SqlHold]) -> None:
    await hold.keep(record())
    choices = [Choice.SEND, Choice.DISCARD, Choice.INSTEAD]
    found = await asyncio.gather(*(other.choose(pick(c)) for other in others for c in choices))
    assert sum(isinstance(one, State) for one in found) == 1
    assert len(await take(hold, Kind.RELEASE)) <= 1


async def test_of_many_claimers_one_gets_a_job(hold: SqlHold, others: list[SqlHold]) -> None:
    for n in range(20):
        await hold.keep(record(f"{n:016x}"))
    claims = [take(other, who=f"{n}", limit=10) for n, other in enumerate(others)]
    found = await asyncio.gather(*claims)
    numbers = [job.number for jobs in found for job in jobs]
    assert len(numbers) == len(set(numbers)) == 20


async def test_a_claim_holds_until_its_end_and_can_be_renewed(hold: SqlHold) -> None:
    await hold.keep(record())
    [job] = await take(hold, who="a", at=1002)
    assert await take(hold, who="b", at=1031) == []
    assert await hold.renew([job.number, 99], "a", 1060) == 1
    assert await take(hold, who="b", at=1040) == []
    assert await hold.due() == 1060
    [again] = await take(hold, who="b", at=1060)
    assert again.number == job.number
    told = Step(0, 1061, "told", "missent", "")
    assert await hold.renew([job.number], "a", 1100) == 0
    assert not await hold.done(job, "a", told)
    assert not await hold.later(job, "a", 1100)
    assert not await hold.failed(job, "a", told, Task(Kind.FAILED, "", 1061, NAME, 1))
    assert await hold.done(job, "b", told)
    assert await hold.due() is None


async def test_a_job_is_put_off_and_counts_its_tries(hold: SqlHold) -> None:
    await hold.keep(record())
    [job] = await take(hold)
    assert job.tries == 0
    assert await hold.later(job, "a", 1050)
    assert await take(hold, at=1049) == []
    [again] = await take(hold, at=1050)
    assert (again.number, again.tries) == (job.number, 1)


async def test_a_release_that_is_done_or_failed_is_seen_at_its_recipient(hold: SqlHold) -> None:
    await hold.keep(record(NAME, GEN, JOE))
    for number in (1, 2):
        await hold.choose(pick(Choice.SEND, number))
    first, second = await take(hold, Kind.RELEASE)
    assert await hold.done(first, "a", Step(1, 1003, "delivered", "missent", ""))
    report = Task(Kind.FAILED, "", 1003, NAME, 2, {"said": "550 5.1.1 no"})
    assert await hold.failed(second, "a", Step(2, 1003, "failed", "missent", ""), report)
    assert [r.result for r in (await of(hold)).recipients] == ["delivered", "failed"]
    [job] = await take(hold, Kind.FAILED, at=1010)
    assert job.task == report


async def test_content_goes_when_nobody_needs_it_and_not_before(hold: SqlHold) -> None:
    await hold.keep(record(NAME, GEN, JOE))
    [ask] = await take(hold, Kind.ASK)
    assert await hold.done(ask, "a", Step(0, 1003, "told", "missent", ""))
    await hold.choose(pick(Choice.DISCARD, 1))
    assert await hold.sealed(NAME)
    await hold.choose(pick(Choice.SEND, 2))
    assert await hold.sealed(NAME)
    [job] = await take(hold, Kind.RELEASE)
    assert await hold.failed(
        job, "a", Step(2, 1003, "failed", "", ""), Task(Kind.FAILED, "", 1003, NAME, 2)
    )
    assert await hold.sealed(NAME)  # the report gives its header back
    [report] = await take(hold, Kind.FAILED, at=1010)
    assert await hold.done(report, "a", Step(2, 1004, "told", "", ""))
    assert await hold.sealed(NAME) is None
    assert (await of(hold)).recipients[0].state is State.DISCARDED


async def test_what_is_due_expires_and_its_sender_is_to_be_told(hold: SqlHold) -> None:
    await hold.keep(record(NAME, GEN, JOE))
    await hold.choose(pick(Choice.SEND, 2))
    assert await hold.expire(1099, "missent") == 0
    assert await hold.expire(1100, "missent") == 1
    assert await hold.expire(1101, "missent") == 0
    assert [r.state for r in (await of(hold)).recipients] == [State.EXPIRED, State.RELEASED]
    assert [j.task.recipient for j in await take(hold, Kind.EXPIRED, at=1100)] == [1]
    assert [j.task.rcpt_to for j in await take(hold, Kind.RELEASE, at=1100)] == [JOE]


async def test_the_same_message_again_is_kept_once_while_it_waits(hold: SqlHold) -> None:
    mark = "ab" * 16
    first, second = "0" * 16, "1" * 16
    assert (await hold.keep(record(first, mark=mark))).name == first
    assert (await hold.keep(record(second, mark=mark, at=1010))).name == first
    assert await hold.message(second) is None
    assert len(await take(hold, Kind.ASK, at=1011)) == 1
    await hold.choose(pick(Choice.SEND, name=first))
    assert (await hold.keep(record(second, mark=mark, at=1015))).name == first


async def test_the_same_message_again_is_a_new_one_after_a_discard(hold: SqlHold) -> None:
    mark = "ab" * 16
    first, second = "0" * 16, "1" * 16
    await hold.keep(record(first, mark=mark))
    await hold.choose(pick(Choice.DISCARD, name=first))
    assert (await hold.keep(record(second, mark=mark, at=1020))).name == second
    assert (await hold.keep(record("2" * 16, mark="", at=1020))).name == "2" * 16


async def test_of_the_same_message_many_times_at_once_one_is_kept(others: list[SqlHold]) -> None:
    mark = "cd" * 16
    names = await asyncio.gather(
        *(other.keep(record(f"{n:016x}", mark=mark)) for n, other in enumerate(others * 3))
    )
    assert len({laid.name for laid in names}) == 1


async def test_a_message_is_taken_back_only_before_anybody_is_asked(hold: SqlHold) -> None:
    await hold.keep(record())
    assert await hold.drop(NAME)
    assert await hold.message(NAME) is None
    assert await hold.sealed(NAME) is None
    assert not await hold.drop(NAME)
    await hold.keep(record())
    await take(hold)
    assert not await hold.drop(NAME)
    assert await hold.message(NAME)


async def test_messages_are_listed_and_counted(hold: SqlHold) -> None:
    for n in range(3):
        await hold.keep(record(f"{n:016x}", at=1000 + n))
    await hold.keep(record("f" * 16, sender="bob@corp.example"))
    await hold.choose(pick(Choice.DISCARD, name="0" * 16))
    assert [h.name[-1] for h in await hold.messages()] == ["f", "1", "2"]
    assert [h.name[-1] for h in await hold.messages(every=True)] == ["0", "f", "1", "2"]
    assert [h.name[-1] for h in await hold.messages(limit=1)] == ["f"]
    assert await hold.kept_since("ANN@corp.example", 1001) == 2
    assert await hold.kept_since("nobody@corp.example", 0) == 0


async def test_messages_are_paged_and_a_page_is_found_after_one_that_is_gone(hold: SqlHold) -> None:
    for n in range(5):
        await hold.keep(record(f"{n:016x}", at=1000 + n // 2))
    await hold.choose(pick(Choice.DISCARD, name=f"{1:016x}"))

    async def pages(limit: int, *, every: bool) -> list[str]:
        found, after = [], None
        while some := await hold.messages(every=every, after=after, limit=limit):
            assert len(some) <= limit
            found += [held.name[-1] for held in some]
            after = some[-1].place
        return found

    for limit in (1, 2, 3, 5, 9):
        assert await pages(limit, every=True) == list("01234")
        assert await pages(limit, every=False) == list("0234")
    (first,) = await hold.messages(limit=1)
    assert await hold.drop(first.name)
    assert [h.name[-1] for h in await hold.messages(after=first.place)] == list("234")


async def test_a_page_takes_no_longer_for_what_was_decided_long_ago(
    store: SqlStore, hold: SqlHold
) -> None:
    kept = [record(f"{n:016x}", at=1000 + n) for n in range(10_000)]
    decided = [
        row | {"state": State.HELD if n % 10 == 0 else State.RELEASED}
        for n, one in enumerate(kept)
        for row in rows.of_suspects(one)
    ]
    async with store.writing() as connection:
        await connection.execute(insert(held), [rows.of_record(one, ANN) for one in kept])
        await connection.execute(insert(held_recipient), decided)
    begin = time.process_time()
    found = await hold.messages(limit=50)
    assert [one.at for one in found] == list(range(1000, 1500, 10))
    assert await hold.tidy(2000) == 810
    assert time.process_time() - begin < 0.6  # of a second; by looking at all for each, some 2


@pytest.mark.parametrize("every", [True, False])
async def test_a_page_is_read_in_the_order_of_the_index(
    store: SqlStore, hold: SqlHold, *, every: bool
) -> None:
    kept = [record(f"{n:016x}", at=1000 + n) for n in range(2000)]
    async with store.writing() as connection:
        await connection.execute(insert(held), [rows.of_record(one, ANN) for one in kept])
        suspects = [row for one in kept for row in rows.of_suspects(one)]
        await connection.execute(insert(held_recipient), suspects)
        await connection.execute(text("ANALYZE"))
    query = keeping.page(every=every, after=(1500, ""), limit=50)
    async with store.reading() as connection:
        sqlite = connection.dialect.name == "sqlite"
        told = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
        plan = str((await connection.execute(text(f"{explain} {told}"))).all())
    assert ("ix_held_at" in plan) is (every or not sqlite)
    assert [one.at for one in await hold.messages(after=(1500, ""), limit=2)] == [1500, 1501]


async def test_old_records_go_and_what_is_under_way_stays(hold: SqlHold) -> None:
    await hold.keep(record("0" * 16))
    await hold.keep(record("1" * 16))
    await hold.choose(pick(Choice.DISCARD, name="0" * 16))
    for job in await take(hold):
        await hold.done(job, "a", Step(0, 1002, "told", "", ""))
    assert await hold.tidy(1050) == 0
    assert await hold.tidy(5000) == 1
    assert await hold.message("0" * 16) is None
    assert await hold.steps("0" * 16) == []
    assert await hold.message("1" * 16)


async def test_a_warning_waits_like_the_rest(hold: SqlHold) -> None:
    task = Task(Kind.WARN, ANN, 1000, body={"about": [{"address": "ü@x.example"}], "more": 0})
    await hold.enqueue(task)
    [job] = await take(hold, Kind.WARN)
    assert job.task == task
    assert await hold.done(job, "a", Step(0, 1001, "told", "", ""))
    assert await hold.due() is None


async def test_texts_from_outside_do_no_harm(hold: SqlHold) -> None:
    odd = Record(
        NAME,
        Envelope(ANN, message_id="\0\ud800" + "x" * 5000),
        (Suspect(GEN, (), (Reason("T101", "\0\ud800'; DROP TABLE held; --"),)),),
        b"", b"", 0, "", 1000, 1100,
    )  # fmt: skip
    await hold.keep(odd)
    await hold.record(NAME, Step(1, 1, "x", "\0\ud800", "", "\0"))
    assert (await of(hold)).recipients[0].suspect.reasons[0].summary.endswith("held; --")
    assert len((await of(hold)).envelope.message_id) < 3000


async def test_who_is_forgotten_goes_from_what_is_over(hold: SqlHold) -> None:
    await hold.keep(record("0" * 16, "Eve@army.ml"))
    await hold.keep(record("1" * 16, "eve@army.ml"))
    await hold.keep(record("2" * 16, "steve@army.ml"))
    await hold.choose(pick(Choice.DISCARD, name="0" * 16))
    for job in await take(hold):
        await hold.done(job, "a", Step(0, 1002, "told", "", ""))
    assert [held.name for held in await hold.naming("eve@army.ml")] == ["0" * 16, "1" * 16]
    assert [held.name for held in await hold.naming("steve@meant.example")] == ["2" * 16]
    assert len(await hold.naming("ann@corp.example")) == 3
    assert await hold.forget("eve@army.ml") == (1, 1)
    assert await hold.message("0" * 16) is None
    assert await hold.steps("0" * 16) == []
    assert await hold.message("1" * 16)
    assert await hold.forget("nobody@army.ml") == (0, 0)


async def test_a_message_can_be_laid_there_with_its_question_claimed(hold: SqlHold) -> None:
    laid = await hold.keep(record(), Claim("a", 1000, 1030))
    assert laid.job is not None
    assert (laid.job.task.kind, laid.job.task.message) == (Kind.ASK, NAME)
    assert await take(hold, who="b", at=1029) == []
    assert not await hold.drop(NAME)
    assert await hold.done(laid.job, "a", Step(0, 1003, "told", "missent", ""))
    assert await hold.due() is None
    # of the same again nobody is asked
    first = await hold.keep(record("1" * 16, mark="ab" * 16))
    again = await hold.keep(record("2" * 16, mark="ab" * 16), Claim("a", 1000, 1030))
    assert (first.job, again) == (None, (first.name, None))


async def test_many_jobs_end_at_once(hold: SqlHold) -> None:
    for n in range(60):
        await hold.keep(record(f"{n:016x}"))
    found = await take(hold, limit=100)
    assert len(found) == 60
    told = Step(0, 1003, "told", "missent", "")
    assert all(await asyncio.gather(*(hold.done(job, "a", told) for job in found)))
    assert not any(await asyncio.gather(*(hold.done(job, "a", told) for job in found)))
    assert await hold.due() is None
