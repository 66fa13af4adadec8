from __future__ import annotations

import os
import resource
import time
from email import message_from_bytes
from typing import TYPE_CHECKING

from missent.core.address import Address
from missent.smtp.client.outbox import Outbox
from missent.smtp.events import Mail

if TYPE_CHECKING:
    from pathlib import Path

SENDER = Address.parse("a@corp.example")
FIRST = Address.parse("b@partner.example")
SECOND = Address.parse('"c d"@partner.example')


def _files(folder: Path) -> dict[str, list[Path]]:
    return {part: sorted((folder / part).iterdir()) for part in ("tmp", "new", "cur")}


async def test_a_message_is_kept_with_its_envelope_on_top(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox", 1000)
    message = await outbox.open(Mail(SENDER))
    for recipient in (FIRST, SECOND, FIRST):
        assert (await message.rcpt(recipient)).code == 250
    assert (await message.begin()).code == 354
    await message.write(b"Subject: x\r\n\r\n")
    await message.write(b".\r\n")
    assert len(_files(tmp_path / "outbox")["tmp"]) == 1
    reply = await message.finish()
    files = _files(tmp_path / "outbox")
    assert reply.code == 250
    assert files["tmp"] == files["cur"] == []
    (kept,) = files["new"]
    assert kept.name in str(reply)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.read_bytes() == (
        b"Return-Path: <a@corp.example>\n"
        b"Delivered-To: b@partner.example\n"
        b'Delivered-To: "c d"@partner.example\n'
        b"Subject: x\n\n.\n"
    )
    parsed = message_from_bytes(kept.read_bytes())
    assert parsed["Subject"] == "x"


async def test_the_null_sender(tmp_path: Path) -> None:
    message = await Outbox(tmp_path, 1000).open(Mail(None))
    await message.rcpt(FIRST)
    await message.begin()
    assert (await message.finish()).code == 250
    assert _files(tmp_path)["new"][0].read_bytes().startswith(b"Return-Path: <>\n")


async def test_what_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    message = await Outbox(tmp_path, 1000).open(Mail(SENDER))
    await message.rcpt(FIRST)
    await message.begin()
    await message.write(b"half")
    await message.abort()
    await message.abort()
    assert _files(tmp_path) == {"tmp": [], "new": [], "cur": []}
    assert (await message.finish()).code == 452


async def test_names_never_meet(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, 1000)
    for _ in range(50):
        message = await outbox.open(Mail(SENDER))
        await message.begin()
        assert (await message.finish()).code == 250
    assert len(_files(tmp_path)["new"]) == 50


async def test_a_folder_that_is_gone_is_a_tempfail(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox", 1000)
    (tmp_path / "outbox" / "tmp").rmdir()
    message = await outbox.open(Mail(SENDER))
    assert (await message.begin()).code == 452
    (tmp_path / "outbox" / "tmp").mkdir()
    message = await outbox.open(Mail(SENDER))
    await message.begin()
    (tmp_path / "outbox" / "new").rmdir()
    assert (await message.finish()).code == 452
    assert list((tmp_path / "outbox" / "tmp").iterdir()) == []


async def test_where_no_more_can_be_written_is_a_tempfail(tmp_path: Path) -> None:
    message = await Outbox(tmp_path, 1 << 20).open(Mail(SENDER))
    assert (await message.begin()).code == 354
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))  # as a full disk would
    try:
        for _ in range(40):
            await message.write(b"x" * 10_000)
        assert (await message.finish()).code == 452
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert _files(tmp_path) == {"tmp": [], "new": [], "cur": []}


async def test_unfinished_files_of_long_ago_are_removed(tmp_path: Path) -> None:
    Outbox(tmp_path, 1000)
    old, young = tmp_path / "tmp" / "old", tmp_path / "tmp" / "young"
    for file in (old, young):
        file.touch()
    long_ago = time.time() - 40 * 3600
    os.utime(old, (long_ago, long_ago))
    Outbox(tmp_path, 1000)
    assert _files(tmp_path)["tmp"] == [young]
