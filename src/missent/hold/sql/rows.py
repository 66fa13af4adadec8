"""Rows become values, and values rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from missent.hold.held import Envelope, Held, HeldRecipient, Reason, Record, Step, Suspect
from missent.hold.jobs import Job, Kind, Task
from missent.hold.machine import State
from missent.hold.sql.tables import held, held_recipient

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

_TEXT = 2_000  # characters of a text that a stranger may have written


async def messages(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Held]:
    """The messages of some rows of `held`, with their recipients."""
    names = [row.name for row in rows]
    found: dict[str, list[HeldRecipient]] = {name: [] for name in names}
    query = (
        select(held_recipient)
        .where(held_recipient.c.message.in_(names))
        .order_by(held_recipient.c.message, held_recipient.c.number)
    )
    for row in await connection.execute(query):
        found[row.message].append(recipient(row))
    return [
        Held(
            row.name,
            Envelope(row.mail_from, row.eight_bit, row.smtputf8, row.message_id),
            row.at,
            row.expires,
            row.octets,
            row.subject,
            tuple(found[row.name]),
        )
        for row in rows
    ]


def recipient(row: Row[Any]) -> HeldRecipient:
    """A row of `held_recipient`."""
    reasons = tuple(Reason(*one) for one in json.loads(row.reasons))
    suspect = Suspect(row.address, tuple(json.loads(row.meant)), reasons, row.review)
    return HeldRecipient(row.number, suspect, State(row.state), row.sent_to, row.result)


def of_record(record: Record, sender: str) -> dict[str, Any]:
    """The row of `held` for a record."""
    envelope = record.envelope
    return {
        "name": record.name,
        "at": record.at,
        "expires": record.expires,
        "mail_from": envelope.mail_from,
        "sender": sender,
        "eight_bit": envelope.eight_bit,
        "smtputf8": envelope.smtputf8,
        "message_id": clean(envelope.message_id),
        "octets": record.octets,
        "subject": record.subject,
        "mark": record.mark,
    }


def of_suspects(record: Record) -> list[dict[str, Any]]:
    """The rows of `held_recipient` for a record."""
    return [
        {
            "message": record.name,
            "number": number,
            "address": suspect.address,
            "meant": json.dumps(suspect.meant),
            "reasons": json.dumps([[r.code, clean(r.summary)] for r in suspect.reasons]),
            "review": suspect.review,
            "state": State.HELD.value,
            "expires": record.expires,
            "sent_to": "",
            "result": "",
        }
        for number, suspect in enumerate(record.suspects, 1)
    ]


def of_step(message: str, step: Step) -> dict[str, Any]:
    """The row of `held_step` for a step."""
    return {
        "message": message,
        "recipient": step.recipient,
        "at": step.at,
        "what": step.what,
        "who": clean(step.who),
        "way": step.way,
        "why": clean(step.why),
    }


def step(row: Row[Any]) -> Step:
    """A row of `held_step`."""
    return Step(row.recipient, row.at, row.what, row.who, row.way, row.why)


def of_task(task: Task) -> dict[str, Any]:
    """The row of `outgoing` for a task."""
    return {
        "kind": task.kind.value,
        "rcpt_to": task.rcpt_to,
        "message": task.message,
        "recipient": task.recipient,
        "body": json.dumps(dict(task.body)),
        "since": task.at,
        "next": task.at,
        "tries": 0,
        "lease": 0,
        "claimer": "",
    }


def job(row: Row[Any]) -> Job:
    """A row of `outgoing`."""
    body = json.loads(row.body)
    task = Task(Kind(row.kind), row.rcpt_to, row.since, row.message, row.recipient, body)
    return Job(row.number, task, row.tries)


def newest(name: str) -> Any:
    """The query for one message."""
    return select(held).where(held.c.name == name)


def clean(text: str) -> str:
    """A text from outside, fit for a column: no NUL, no half surrogate pair, of bounded length."""
    return text[:_TEXT].replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
