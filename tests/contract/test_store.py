"""What every store must keep. Each test runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from missent.core.address import Address
from missent.core.errors import StoreError
from missent.core.facts import DomainFacts
from missent.core.pattern import Pattern
from missent.core.permission import Permission
from missent.memory.decided import Decision, Sought
from missent.memory.interface import Batch
from missent.memory.learned import Contact, Correction, Delta, Head, Lesson
from missent.memory.sql.store import SqlStore

if TYPE_CHECKING:
    from missent.memory.interface import Store

ANN, BOB = "ann@corp.example", "bob@corp.example"
EVE = "eve@partner.example"
DAY = 86_400


def sent(sender: str, address: str, at: int, once: str = "") -> Lesson:
    return Lesson((Delta(sender, address, at, sent=1),), once)


async def contacts(store: Store) -> list[Contact]:
    return [Contact(*row) async for batch in store.contacts() for row in batch]


async def exported(store: Store, address: str | None = None) -> list[dict[str, Any]]:
    return [dict(row) async for row in store.export(address)]


async def test_a_new_store_knows_nothing(store: Store) -> None:
    assert await contacts(store) == []
    assert await store.corrections() == []
    assert await store.exceptions() == []
    assert await store.decisions() == []
    assert not (await store.changes(0)).contacts


async def test_uses_of_a_pair_add_up(store: Store) -> None:
    await store.write(Batch([sent(ANN, EVE, 200), sent(ANN, EVE, 100)]))
    await store.write(Batch([sent(ANN, EVE, 300)]))
    await store.write(Batch([Lesson((Delta(ANN, EVE, 400, received=2, bounced=1),))]))
    await store.write(Batch([Lesson((Delta(ANN, EVE, 50, confirmed=True),))]))
    assert await contacts(store) == [
        Contact("partner.example", "eve", ANN, 3, 100, 300, 2, 1, confirmed=True)
    ]


async def test_what_was_only_received_was_never_sent(store: Store) -> None:
    await store.write(Batch([Lesson((Delta(ANN, EVE, 100, received=1),))]))
    await store.write(Batch([sent(ANN, EVE, 500)]))
    await store.write(Batch([Lesson((Delta(ANN, EVE, 900, received=1),))]))
    [row] = await contacts(store)
    assert (row.first, row.last, row.sent, row.received) == (500, 500, 1, 2)


async def test_a_confirmation_is_not_taken_back_by_later_mail(store: Store) -> None:
    await store.write(Batch([Lesson((Delta(ANN, EVE, 1, confirmed=True),))]))
    await store.write(Batch([sent(ANN, EVE, 2)]))
    assert (await contacts(store))[0].confirmed


async def test_a_lesson_of_the_same_name_counts_once(store: Store, url: str) -> None:
    lesson = sent(ANN, EVE, 100, "<1@corp.example>\neve")
    assert (await store.write(Batch([lesson, lesson]))).new == 1
    assert (await store.write(Batch([lesson]))).new == 0
    other = await SqlStore.open(url)
    try:
        assert (await other.write(Batch([lesson, sent(ANN, EVE, 100, "another")]))).new == 1
    finally:
        await other.close()
    assert [row.sent for row in await contacts(store)] == [2]


async def test_contacts_come_in_the_order_of_code_points(store: Store) -> None:
    addresses = [
        "b@x.example", "B_@x.example", "a-b@x.example", "a.b@x.example", "ab@x.example",
        "ä@x.example", "z@x.example", "日本@x.example", "😀@x.example", "a@x-y.example",
        "a@x.example.org", "a@xy.example", "a@x.example",
    ]  # fmt: skip
    senders = ["", "a@c.example", "B@c.example", "ü@c.example", "_@c.example"]
    await store.write(Batch([sent(who, where, 1) for where in addresses for who in senders]))
    rows = [(row.domain, row.local, row.sender) for row in await contacts(store)]
    assert rows == sorted(rows)
    assert len(rows) == len(addresses) * len(senders)


async def test_changes_are_all_that_is_known_of_what_changed(store: Store) -> None:
    await store.write(Batch([sent(ANN, EVE, 100), sent(BOB, EVE, 100)]))
    before = await store.head()
    await store.write(
        Batch([sent(ANN, EVE, 200)], corrections=[Correction(ANN, "e@x.example", EVE, 200)])
    )
    changes = await store.changes(before.change)
    assert changes.head.change > before.change
    assert changes.head.generation == before.generation
    assert [(row.sender, row.sent, row.first, row.last) for row in changes.contacts] == [
        (ANN, 2, 100, 200)
    ]
    assert changes.corrections == [Correction(ANN, "e@x.example", EVE, 200)]
    assert not (await store.changes(changes.head.change)).contacts


async def test_the_last_correction_of_a_slip_counts(store: Store) -> None:
    await store.write(Batch(corrections=[Correction(ANN, "e@x.example", BOB, 1)]))
    await store.write(Batch(corrections=[Correction(ANN, "e@x.example", EVE, 2)]))
    assert await store.corrections() == [Correction(ANN, "e@x.example", EVE, 2)]


async def test_writers_of_many_processes_lose_nothing_and_a_reader_misses_nothing(
    url: str,
) -> None:
    writers = [await SqlStore.open(url) for _ in range(3)]
    reader = await SqlStore.open(url)
    known: dict[tuple[str, str], int] = {}
    at = 0
    done = False

    async def write(store: SqlStore, number: int) -> None:
        for turn in range(20):
            rows = [sent(f"{number}@corp.example", EVE, turn + 1), sent(ANN, EVE, turn + 1)]
            await store.write(Batch(rows))

    async def read() -> int:
        nonlocal at
        while True:
            last = done
            changes = await reader.changes(at)
            assert changes.head.change >= at
            at = changes.head.change
            for row in changes.contacts:
                known[row.sender, f"{row.local}@{row.domain}"] = row.sent
            if last:
                return at

    reading = asyncio.create_task(read())
    await asyncio.gather(*(write(store, n) for n, store in enumerate(writers)))
    done = True
    await reading
    assert known == {
        (ANN, EVE): 60,
        **{(f"{number}@corp.example", EVE): 20 for number in range(3)},
    }
    for store in (*writers, reader):
        await store.close()


async def test_one_store_may_be_opened_by_many_at_once(url: str) -> None:
    stores = await asyncio.gather(*(SqlStore.open(url) for _ in range(4)))
    for store in stores:
        await store.write(Batch([sent(ANN, EVE, 1, "the same")]))
    assert [row.sent for row in await contacts(stores[0])] == [1]
    for store in stores:
        await store.close()


async def test_a_failing_write_leaves_nothing_behind(store: Store) -> None:
    broken = Decision(1, ANN, EVE, "hold", probability=None)  # type: ignore[arg-type]
    lesson = sent(ANN, EVE, 1, "once")
    with pytest.raises(StoreError, match="store"):
        await store.write(Batch([lesson], decisions=[broken]))
    assert await contacts(store) == []
    assert (await store.write(Batch([lesson]))).new == 1


async def test_decisions_come_back_as_they_were_made(store: Store) -> None:
    made = Decision(
        100, ANN, "eve@partne.example", "hold", ("T101", "R302"), 0.93,
        ("eve@partner.example", "ü@partner.example"), "held as 7", "1@corp.example", enforced=True,
    )  # fmt: skip
    plain = Decision(101, "", EVE, "allow", message_id="half \ud800 a \x00 pair" + "x" * 5000)
    await store.write(Batch(decisions=[made, plain]))
    [(first, one), (second, other)] = await store.decisions()
    assert one == made
    assert first < second
    assert other.message_id == "half ? a  pair" + "x" * 985
    assert [d.recipient for _, d in await store.decisions(after=first)] == [EVE]
    assert len(await store.decisions(limit=1)) == 1


async def test_decisions_are_found_by_what_they_say(store: Store) -> None:
    made = [
        Decision(100, ANN, "gen@army.ml", "block", ("T101", "X901")),
        Decision(200, BOB, "eve@us.army.ml", "warn", ("T101",)),
        Decision(300, ANN, EVE, "hold", ("T1010",)),
        Decision(400, "", "a_%@notarmy.ml", "hold", ("T104",)),
    ]
    await store.write(Batch(decisions=made))

    async def found(**sought: object) -> list[int]:
        rows = await store.decisions(sought=Sought(**sought))  # type: ignore[arg-type]
        return [decision.at for _, decision in rows]

    assert await found() == [100, 200, 300, 400]
    assert await found(since=200, until=400) == [200, 300]
    assert await found(code="T101") == [100, 200]
    assert await found(action="hold") == [300, 400]
    assert await found(sender=Pattern.parse(ANN)) == [100, 300]
    assert await found(sender=Pattern.parse("corp.example")) == [100, 200, 300]
    for pattern in ("army.ml", "*.army.ml", "*.ml", "gen@army.ml", "a_%@notarmy.ml", "x.example"):
        sought = Pattern.parse(pattern)
        expected = [d.at for d in made if sought.matches(Address.parse(d.recipient))]
        assert await found(recipient=sought) == expected, pattern
    assert await found(recipient=Pattern.parse("*.ml"), sender=Pattern.parse(ANN)) == [100]


async def test_counts_add_up_by_day_and_kind(store: Store, url: str) -> None:
    await store.write(Batch(tally={(3, "messages"): 2, (3, "allow"): 5}))
    other = await SqlStore.open(url)
    await other.write(Batch(tally={(3, "messages"): 1, (4, "messages"): 1}))
    await other.close()
    assert await store.tally(3, 4) == {(3, "messages"): 3, (3, "allow"): 5}
    assert await store.tally(0, 100) == {(3, "messages"): 3, (3, "allow"): 5, (4, "messages"): 1}
    assert await store.tally(5, 100) == {}


async def test_exceptions_are_kept_told_of_and_revoked(store: Store) -> None:
    permission = Permission(
        Pattern.parse("*.ml"), "owner@corp.example", "we deal with Mali", 2_000, Pattern.parse(ANN)
    )
    before = await store.head()
    number = await store.allow(permission, 1_000)
    after = await store.head()
    assert after.exceptions > before.exceptions
    [stored] = await store.exceptions()
    assert (stored.number, stored.permission, stored.created) == (number, permission, 1_000)
    assert await store.revoke(number)
    assert not await store.revoke(number)
    assert (await store.head()).exceptions > after.exceptions
    assert await store.exceptions() == []


async def test_domain_facts_hold_until_they_run_out(store: Store) -> None:
    facts = DomainFacts(exists=True, mail_exchangers=("mx1.x.example", "mx2.x.example"))
    gone = DomainFacts(exists=False)
    await store.keep_facts({"x.example": gone}, at=1_000, ttl=10)
    await store.keep_facts({"x.example": facts, "y.example": gone}, at=1_000, ttl=60)
    names = ["x.example", "y.example", "z.example"]
    assert await store.facts(names, at=1_059) == {"x.example": facts, "y.example": gone}
    assert await store.facts(names, at=1_060) == {}


async def test_what_is_forgotten_is_nowhere(store: Store) -> None:
    other = "eve_@partner.example"
    await store.write(
        Batch(
            [sent(ANN, EVE, 1), sent(EVE, ANN, 1), sent(ANN, BOB, 1), sent(ANN, other, 1)],
            [Correction(ANN, "evve@partner.example", EVE, 1), Correction(ANN, other, BOB, 1)],
            [
                Decision(1, ANN, EVE, "allow"),
                Decision(2, ANN, "evve@partner.example", "hold", did_you_mean=(EVE, other)),
                Decision(3, ANN, BOB, "allow"),
            ],
        )
    )
    await store.allow(Permission(Pattern.parse("Eve@Partner.example"), "o", "r"), 1)
    await store.allow(Permission(Pattern.parse(BOB), "o", "r"), 1)
    await store.attempted("confirm", ANN, EVE, at=1, within=900)
    before = await store.head()
    erased = await store.forget(EVE)
    assert erased.rows == {
        "contact": 2, "correction": 1, "decision": 2, "exception": 1, "attempt": 1,
    }  # fmt: skip
    rows = [str(row) for row in await exported(store)]
    assert not [row for row in rows if EVE in row.lower()]
    assert {(r.sender, f"{r.local}@{r.domain}") for r in await contacts(store)} == {
        (ANN, BOB),
        (ANN, other),
    }
    assert [d.did_you_mean for _, d in await store.decisions()] == [(other,), ()]
    after = await store.head()
    assert after.generation > before.generation
    assert after.exceptions > before.exceptions
    assert not await store.forget("nobody@partner.example")
    assert (await store.head()).generation == after.generation


async def test_what_was_forgotten_is_not_learned_again_from_the_same_mail(store: Store) -> None:
    lesson = sent(ANN, EVE, 1, "<1@corp.example>\neve")
    await store.write(Batch([lesson]))
    await store.forget(EVE)
    assert (await store.write(Batch([lesson]))).new == 0
    assert await contacts(store) == []


async def test_what_is_too_old_expires(store: Store) -> None:
    old, new = 100 * DAY, 200 * DAY
    await store.write(
        Batch(
            [
                sent(ANN, EVE, old, "old"),
                sent(ANN, BOB, old),
                Lesson((Delta(ANN, BOB, new, received=1),), "new"),
            ],
            [Correction(ANN, "x@x.example", EVE, old), Correction(ANN, "y@x.example", EVE, new)],
            [Decision(old, ANN, EVE, "allow"), Decision(new, ANN, BOB, "allow")],
            {(100, "messages"): 1, (200, "messages"): 1},
        )
    )
    await store.allow(Permission(Pattern.parse(EVE), "o", "r", expires=old), old)
    await store.allow(Permission(Pattern.parse(BOB), "o", "r"), old)
    await store.keep_facts({"x.example": DomainFacts(exists=False)}, at=old, ttl=60)
    await store.attempted("confirm", ANN, EVE, at=old, within=900)
    before = await store.head()
    erased = await store.expire(new)
    assert erased.rows == {
        "contact": 1, "correction": 1, "decision": 1, "exception": 1, "domain_facts": 1, "seen": 1,
        "attempt": 1, "tally": 1,
    }  # fmt: skip
    assert await store.tally(0, 300) == {(200, "messages"): 1}
    assert [row.local for row in await contacts(store)] == ["bob"]
    assert (await store.head()).generation > before.generation
    assert (await store.write(Batch([sent(ANN, BOB, new, "new")]))).new == 0


async def test_the_export_has_all_of_an_address_and_nothing_of_others(store: Store) -> None:
    await store.write(
        Batch(
            [sent(ANN, EVE, DAY), sent(BOB, ANN, DAY)],
            [Correction(ANN, "evve@partner.example", EVE, DAY)],
            [Decision(DAY, ANN, EVE, "warn", ("T101",), 0.5, (EVE,))],
            {(1, "messages"): 7},
        )
    )
    await store.allow(Permission(Pattern.parse(EVE), "o", "r"), DAY)
    kinds = [row["kind"] for row in await exported(store, EVE)]
    assert kinds == ["contact", "correction", "decision", "exception"]
    assert (await exported(store, EVE))[0] == {
        "kind": "contact", "sender": ANN, "address": EVE, "sent": 1,
        "first": "1970-01-02T00:00:00Z", "last": "1970-01-02T00:00:00Z",
        "received": 0, "bounced": 0, "confirmed": False,
    }  # fmt: skip
    assert [row["kind"] for row in await exported(store, BOB)] == ["contact"]
    rows = await exported(store)
    assert len(rows) == 8
    assert rows[-1] == {"kind": "tally", "day": "1970-01-02", "what": "messages", "count": 7}


async def test_the_head_is_small_numbers_that_only_grow(store: Store) -> None:
    heads = [await store.head()]
    await store.write(Batch([sent(ANN, EVE, 1)]))
    heads.append(await store.head())
    await store.forget(EVE)
    heads.append(await store.head())
    assert heads == sorted(heads)
    assert len(set(heads)) == 3
    assert isinstance(heads[0], Head)


async def test_a_hostile_text_is_a_value_like_any_other(store: Store) -> None:
    names = ["'; DROP TABLE contact; --@x.example", "%_\\@x.example", '"@x.example', "\n@x.example"]
    await store.write(Batch([sent(ANN, name, 1) for name in names]))
    for name in names:
        assert (await store.forget(name)).rows["contact"] == 1
    assert await contacts(store) == []


async def test_contacts_are_looked_up_page_by_page(store: Store) -> None:
    pairs = [(ANN, EVE), (BOB, EVE), ("", EVE), (ANN, BOB), (ANN, "évé@partner.example")]
    await store.write(Batch([sent(who, where, 5) for who, where in pairs]))
    everyone = await contacts(store)
    found: list[Contact] = []
    while some := await store.look_up(
        after=(found[-1].domain, found[-1].local, found[-1].sender) if found else None, limit=2
    ):
        found += some
    assert found == everyone
    assert len(found) == len(pairs)
    of_eve = await store.look_up(domain="partner.example", local="eve")
    assert [row.sender for row in of_eve] == ["", ANN, BOB]
    assert [row.local for row in await store.look_up(domain="partner.example", sender=ANN)] == [
        "eve",
        "évé",
    ]
    assert await store.look_up(domain="nobody.example") == []
