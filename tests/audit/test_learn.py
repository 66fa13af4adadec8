"""Learning from past mail: what counts, once, and what does not."""

from __future__ import annotations

import gzip
import json
import random
from typing import TYPE_CHECKING

import pytest

from missent.audit.learn import Learned, LearnOptions, learn
from missent.core.facts import Use
from missent.memory.load import load
from missent.memory.sql.store import SqlStore

from .sources.test_dsn import REPORT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ANN, BOB = "ann@corp.example", "bob@corp.example"
EVE, DAN = "eve@partner.example", "dan@other.example"
OWN = LearnOptions(frozenset({"corp.example"}))
MAY = 988711200


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    opened = await SqlStore.open(f"sqlite:///{tmp_path}/var/missent.db")
    yield opened
    await opened.close()


def row(number: int, sender: str, *to: str, date: str = "2001-05-01T10:00:00Z") -> str:
    event = {"id": f"{number}@x.example", "date": date, "from": sender, "to": to}
    return json.dumps(event) + "\n"


def source(tmp_path: Path, *rows: str, name: str = "mail.jsonl") -> Path:
    path = tmp_path / name
    path.write_text("".join(rows))
    return path


async def known(store: SqlStore) -> dict[tuple[str, str], Use]:
    return {
        (row.sender, f"{row.local}@{row.domain}"): Use(*row[3:])
        async for batch in store.contacts()
        for row in batch
    }


async def test_direction_is_told_by_the_organisations_domains(
    tmp_path: Path, store: SqlStore
) -> None:
    path = source(tmp_path, row(1, ANN, EVE, BOB), row(2, EVE, ANN, BOB), row(3, EVE, DAN))
    [result] = await learn([path], store, OWN)
    assert await known(store) == {
        (ANN, EVE): Use(1, MAY, MAY, received=1),
        (ANN, BOB): Use(1, MAY, MAY),
        (BOB, ANN): Use(received=1),
        (BOB, EVE): Use(received=1),
        ("", ANN): Use(received=1),
        ("", EVE): Use(received=1),
    }
    assert (result.foreign, result.tally.events, result.format) == (1, 3, "jsonl")


async def test_without_own_domains_every_message_is_sent_and_received(
    tmp_path: Path, store: SqlStore
) -> None:
    await learn([source(tmp_path, row(1, EVE, DAN))], store, LearnOptions())
    assert await known(store) == {
        (EVE, DAN): Use(1, MAY, MAY),
        (DAN, EVE): Use(received=1),
        ("", EVE): Use(received=1),
    }


async def test_the_same_file_twice_changes_nothing(tmp_path: Path, store: SqlStore) -> None:
    path = source(tmp_path, row(1, ANN, EVE), row(2, EVE, ANN), row(3, ANN, EVE))
    [first] = await learn([path], store, OWN)
    before, head = await known(store), await store.head()
    [second] = await learn([path], store, OWN)
    assert (first.new, first.lessons) == (4, 4)
    assert (second.new, second.lessons) == (0, 4)
    assert await known(store) == before
    assert (await store.head()).generation == head.generation


async def test_a_message_of_two_mailboxes_counts_once_with_all_its_recipients(
    tmp_path: Path, store: SqlStore
) -> None:
    sent = row(1, ANN, EVE, DAN)  # the sender's copy names the blind recipient as well
    received = row(1, ANN, EVE)
    await learn(
        [source(tmp_path, received, name="eve"), source(tmp_path, sent, name="ann")], store, OWN
    )
    assert await known(store) == {(ANN, EVE): Use(1, MAY, MAY), (ANN, DAN): Use(1, MAY, MAY)}


async def test_a_log_and_a_mailbox_of_the_same_mail_count_once(
    tmp_path: Path, store: SqlStore
) -> None:
    stamp = "2001-05-01T10:00:00+00:00 mx postfix"
    log = source(
        tmp_path,
        f"{stamp}/cleanup[1]: ABCDEF: message-id=<1@corp.example>\n",
        f"{stamp}/qmgr[1]: ABCDEF: from=<{ANN}>, size=1, nrcpt=2 (queue active)\n",
        f"{stamp}/smtp[1]: ABCDEF: to=<{EVE}>, relay=x, dsn=2.0.0, status=sent (ok)\n",
        f"{stamp}/smtp[1]: ABCDEF: to=<pat@partnner.example>, relay=x, dsn=5.1.2,"
        " status=bounced (no)\n",
        f"{stamp}/qmgr[1]: ABCDEF: removed\n",
        name="mail.log",
    )
    date = "Date: Tue, 1 May 2001 10:00:00 +0000"
    box = tmp_path / "mbox"
    box.write_text(
        f"From x Tue May  1 10:00:00 2001\nFrom: {ANN}\nTo: {EVE}, pat@partnner.example\n{date}\n"
        f"Message-ID: <1@corp.example>\n\nText.\n\n"
        f"From x Tue May  1 10:00:00 2001\nFrom: MAILER-DAEMON@mx.example\nTo: {ANN}\n{date}\n"
        "Message-ID: <2@mx.example>\nContent-Type: multipart/report\n\n" + REPORT.decode()
    )
    expected = {
        (ANN, EVE): Use(1, MAY, MAY),
        (ANN, "pat@partnner.example"): Use(1, MAY, MAY, bounced=1),
        (ANN, "gone@partner.example"): Use(bounced=1),
    }
    results = await learn([log, box], store, OWN)
    assert await known(store) == expected
    assert [(result.format, result.bounces) for result in results] == [("postfix", 1), ("mbox", 2)]


async def test_automatic_mail_is_no_sign_of_life(tmp_path: Path, store: SqlStore) -> None:
    path = tmp_path / "1.eml"
    path.write_text(
        f"From: {EVE}\nTo: {ANN}\nDate: Tue, 1 May 2001 10:00:00 +0000\n"
        "Auto-Submitted: auto-replied\n\nI am away.\n"
    )
    await learn([path], store, OWN)
    assert await known(store) == {}


async def test_what_outsiders_try_in_vain_is_not_kept(tmp_path: Path, store: SqlStore) -> None:
    stamp = "2001-05-01T10:00:00+00:00 mx postfix"
    log = source(
        tmp_path,
        f"{stamp}/qmgr[1]: ABCDEF: from=<spam@evil.example>, size=1, nrcpt=1 (queue active)\n",
        f"{stamp}/smtp[1]: ABCDEF: to=<guess@corp.example>, relay=x, dsn=5.1.1,"
        " status=bounced (no)\n",
    )
    [result] = await learn([log], store, OWN)
    assert ("spam@evil.example", "guess@corp.example") not in await known(store)
    assert result.bounces == 0


async def test_mail_from_before_the_retention_period_is_passed_over(
    tmp_path: Path, store: SqlStore
) -> None:
    path = source(tmp_path, row(1, ANN, EVE, date="1999-01-01T00:00:00Z"), row(2, ANN, DAN))
    [result] = await learn([path], store, LearnOptions(OWN.own_domains, since=MAY))
    assert set(await known(store)) == {(ANN, DAN)}
    assert result.old == 1


async def test_what_was_forgotten_stays_so_when_the_same_mail_is_learned_again(
    tmp_path: Path, store: SqlStore
) -> None:
    path = source(tmp_path, row(1, ANN, EVE), row(2, ANN, DAN))
    await learn([path], store, OWN)
    await store.forget(EVE)
    await learn([path], store, OWN)
    assert set(await known(store)) == {(ANN, DAN)}


async def test_progress_tells_of_every_source_and_reaches_its_end(
    tmp_path: Path, store: SqlStore
) -> None:
    paths = [source(tmp_path, row(number, ANN, EVE), name=f"{number}") for number in range(3)]
    seen: list[Learned] = []
    await learn(paths, store, OWN, seen.append)
    assert [result.path for result in seen] == paths
    assert all(result.tally.octets == result.size for result in seen)


async def test_a_wrong_source_is_told_before_anything_is_learned(
    tmp_path: Path, store: SqlStore
) -> None:
    good, bad = source(tmp_path, row(1, ANN, EVE)), source(tmp_path, "Dear Sir", name="letter")
    with pytest.raises(ValueError, match="letter"):
        await learn([good, bad], store, OWN)
    with pytest.raises(OSError, match="nowhere"):
        await learn([good, tmp_path / "nowhere"], store, OWN)
    assert await known(store) == {}


async def test_what_was_learned_is_what_a_decision_sees(tmp_path: Path, store: SqlStore) -> None:
    await learn([source(tmp_path, row(1, ANN, EVE), row(2, EVE, ANN))], store, OWN)
    loaded = await load(store)
    assert loaded is not None
    snapshot, _ = loaded
    assert snapshot.pair(ANN, EVE) == Use(1, MAY, MAY, received=1)
    assert snapshot.address(EVE) == Use(1, MAY, MAY, received=1)
    assert snapshot.sender_domain(ANN, "partner.example") == Use(1, MAY, MAY, received=1)
    assert snapshot.domain("partner.example") == Use(1, MAY, MAY, received=1)


async def test_what_breaks_off_is_learned_up_to_there_and_the_rest_from_the_whole(
    tmp_path: Path, store: SqlStore
) -> None:
    numbers = random.Random(1)  # noqa: S311  no secret
    people = [f"{numbers.getrandbits(128):x}@partner.example" for _ in range(2_000)]
    mail = "".join(row(n, ANN, one) for n, one in enumerate(people)).encode()
    packed = gzip.compress(mail)
    path = tmp_path / "mail.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    [cut] = await learn([path], store, OWN)
    assert 500 < cut.new < 1_500
    assert "broken compression" in cut.tally.ends_early
    path.write_bytes(packed)
    [whole] = await learn([path], store, OWN)
    assert (cut.new + whole.new, whole.tally.ends_early) == (len(people), "")
