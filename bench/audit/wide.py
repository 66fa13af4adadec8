"""Message events of very many pairs, as Parquet: `python -m bench.audit.wide DELIVERIES FOLDER`.

What a log costs grows with its lines; what the questions cost, with its distinct pairs. Here nine
of ten deliveries are the first and only one between two people, beside the same kind of slips.
Mailboxes are built alike everywhere, those at slips too: what is built otherwise than where it
should have gone speaks against a slip.
"""

from __future__ import annotations

import json
import random
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from bench.audit.generate import SPAN, START, Planted, partners, slips

if TYPE_CHECKING:
    from collections.abc import Sequence

_SENDERS = 10_000
_NAMES = ["ann", "bob", "carla", "dan", "eve", "frank", "gina", "hugo", "ines", "jan", "kim", "lea"]
_EVENTS = """
COPY (
  WITH chosen AS (
    SELECT i, (hash(i // 3) % {senders})::INT AS u,
      hash(i, 'whom') % {circle} AS c FROM range({deliveries}) AS t(i)
  ), known AS (
    SELECT i, u, c, (pow((hash(u, c) % 1000000) / 1e6, 3) * {partners})::INT % {partners} AS n
    FROM chosen
  )
  SELECT {start} + (i::DOUBLE / {deliveries} * {span})::BIGINT AS date,
    coalesce(w.sender, 'user' || u || '@corp.example') AS sender,
    coalesce(w.recipient, names[1 + (hash(c, u) % 12)::INT] || c || '@' || p.name) AS recipient,
    coalesce(w.status, CASE WHEN hash(i) % 50 = 0 THEN 'bounced' ELSE 'delivered' END) AS status,
    '<' || i // 3 || '@corp.example>' AS message, 1000 + i % 9999 AS size
  FROM known JOIN partners p USING (n) LEFT JOIN slips w ON w.place = i, (SELECT {names} AS names)
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""


def generate(deliveries: int, folder: Path, planted: int = 100) -> list[Planted]:
    """Write `events.parquet` and `planted.json`; return what is planted."""
    folder.mkdir(parents=True, exist_ok=True)
    partner = partners(50_000, 1)
    wrong = slips(partner, planted, 2)
    con = duckdb.connect(config={"memory_limit": "1GB", "temp_directory": str(folder / "spill")})
    _table(con, "partners (n INT, name VARCHAR)", list(enumerate(partner)))
    pick = random.Random(3)
    places = pick.sample(range(deliveries // 3), sum(one.messages for one in wrong))
    rows = []
    fates = {"sent": "delivered"}
    for one in wrong:
        who = [f"user{n}@corp.example" for n in pick.sample(range(_SENDERS), one.senders)]
        rows += [
            (
                places.pop() * 3,
                who[n % len(who)],
                f"ann{n % 2}@{one.domain}",
                fates.get(one.status, one.status),
            )
            for n in range(one.messages)
        ]
    _table(con, "slips (place BIGINT, sender VARCHAR, recipient VARCHAR, status VARCHAR)", rows)
    con.execute(
        _EVENTS.format(
            senders=_SENDERS,
            circle=max(deliveries * 5 // _SENDERS, 1),
            deliveries=deliveries,
            partners=len(partner),
            start=START,
            span=SPAN,
            names=_NAMES,
            path=folder / "events.parquet",
        )
    )
    (folder / "planted.json").write_text(json.dumps([asdict(one) for one in wrong]), "utf-8")
    return wrong


def _table(
    con: duckdb.DuckDBPyConnection, columns: str, rows: Sequence[tuple[object, ...]]
) -> None:
    con.execute(f"CREATE TABLE {columns}")
    name = columns.partition(" ")[0]
    for start in range(0, len(rows), 1000):
        batch = rows[start : start + 1000]
        marks = ", ".join([f"({', '.join('?' * len(batch[0]))})"] * len(batch))
        con.execute(f"INSERT INTO {name} VALUES {marks}", [v for row in batch for v in row])


if __name__ == "__main__":
    made = generate(int(sys.argv[1]), Path(sys.argv[2]))
    print(f"{len(made)} slips planted, {sum(one.messages for one in made):,} messages")
