"""What is measured: each part reads the same log, or what was read of it before."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_RAW = """
CREATE TEMP TABLE result AS
WITH l AS (
  SELECT split_part(line, ': ', 2) AS id, split_part(line, ': ', 3) AS said, line
  FROM read_csv('{files}', delim='', quote='', escape='', columns={{'line': 'VARCHAR'}},
    header=false, auto_detect=false, ignore_errors=true, strict_mode=false)
  WHERE contains(line, ' postfix')
), f AS (
  SELECT id, lower(split_part(split_part(said, '<', 2), '>', 1)) AS sender,
    try_cast(split_part(split_part(said, ', size=', 2), ',', 1) AS BIGINT) AS octets
  FROM l WHERE starts_with(said, 'from=<')
), m AS (
  SELECT id, hash(said) AS message FROM l WHERE starts_with(said, 'message-id=')
), t AS (
  SELECT id, lower(split_part(split_part(said, '<', 2), '>', 1)) AS recipient,
    CASE WHEN contains(said, ', status=sent ') THEN 0 WHEN contains(said, ', status=bounced ')
      THEN 2 ELSE 1 END AS status,
    floor(epoch(try_cast(split_part(line, ' ', 1) AS TIMESTAMPTZ)))::BIGINT AS began
  FROM l WHERE starts_with(said, 'to=<')
)
SELECT sender, recipient, count(*) AS messages, count(*) FILTER (status = 0) AS delivered,
  count(*) FILTER (status = 2) AS bounced, min(began) AS first, max(began) AS last,
  sum(octets) AS octets, bit_xor(message) AS some
FROM t JOIN f USING (id) JOIN m USING (id) GROUP BY sender, recipient
"""


CROWDED = ".crowded"
WIDE = ".wide"


def raw(folder: Path) -> dict[str, object]:
    """DuckDB alone, with the same limits."""
    import duckdb  # noqa: PLC0415  each part loads what it measures

    limits = {"memory_limit": "800MB", "temp_directory": str(folder / "raw-spill")}
    con = duckdb.connect(config={**limits, "preserve_insertion_order": "false"})
    con.execute("SET enable_progress_bar = false")
    con.execute(_RAW.format(files=folder / "mail.log-*.zst"))
    row = con.execute("SELECT count(*), sum(messages) FROM result").fetchone()
    return {"pairs": row[0], "deliveries": int(row[1])} if row else {}


def reading(folder: Path) -> dict[str, object]:
    """Our reading and counting of pairs, without the checks."""
    from missent.audit.events.interface import ReadOptions  # noqa: PLC0415
    from missent.audit.events.read import Engine, read  # noqa: PLC0415
    from missent.audit.leaks import plan  # noqa: PLC0415
    from missent.audit.leaks.duck import Duck  # noqa: PLC0415

    shutil.rmtree(folder / ".cache", ignore_errors=True)
    found = read([str(folder)], ReadOptions(), folder / ".cache", Engine())
    engine = Duck(found.files, found.folder, Engine())
    engine.view("deliveries", plan.ONCE)
    engine.keep("pairs", plan.PAIRS, of="deliveries", by="recipient")
    row = engine.rows("SELECT count(*), sum(messages) FROM pairs")[0]
    return {"pairs": row[0], "deliveries": int(row[1])}


def audit(folder: Path, *options: str, name: str = "duckdb") -> dict[str, object]:
    """The whole: `missent audit`; where `reading` ran before, only the questions."""
    command = (sys.executable, "-m", "missent", "audit", "--own", "corp.example", *options)
    done = subprocess.run(
        (*command, "--format", "json", "--cache", folder / ".cache", folder),
        capture_output=True,
        text=True,
        check=False,
    )
    (folder / f".{name}.json").write_text(done.stdout, "utf-8")
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr)
    told = json.loads(done.stdout)
    found = {leak["domain"]: leak["messages"] for leak in told["leaks"]}
    planted = json.loads((folder / "planted.json").read_text("utf-8"))
    exact = sum(found.get(one["domain"]) == one["messages"] for one in planted)
    extra = len(set(found) - {one["domain"] for one in planted})
    return {
        "deliveries": told["deliveries"],
        "pairs": told["pairs"],
        "planted": len(planted),
        "exact": exact,
        "extra": extra,
    }


def afresh(folder: Path) -> dict[str, object]:
    """The whole, reading included."""
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    return audit(folder)


def crowded(folder: Path) -> dict[str, object]:
    """The whole, of a log in which every domain is near to others."""
    return afresh(folder / CROWDED)


def audit1(folder: Path) -> dict[str, object]:
    """The questions on one core."""
    return audit(folder, "--threads", "1")


def wide(folder: Path) -> dict[str, object]:
    """The whole, of events in which nearly every one is the only one between two people."""
    return afresh(folder / WIDE)


def spark_wide(folder: Path) -> dict[str, object]:
    """The questions of these on Spark; `wide` has read them and has the answer to compare."""
    return spark(folder / WIDE)


def spark(folder: Path, workers: int = 2) -> dict[str, object]:
    """The questions on Spark, in local mode; the same answer to the last octet."""
    told = audit(folder, "--engine", "spark", "--master", f"local[{workers}]", name="spark")
    same = (folder / ".spark.json").read_text() == (folder / ".duckdb.json").read_text()
    return {**told, "same answer as DuckDB": same}


def spark1(folder: Path) -> dict[str, object]:
    """The same with one worker."""
    return spark(folder, 1)


def pflogsumm(folder: Path) -> dict[str, object]:
    """Debian's pflogsumm: totals by sender and recipient."""
    text = unpacked(folder)
    done = subprocess.run(("pflogsumm", text), capture_output=True, text=True, check=True)
    return {"lines of its report": done.stdout.count("\n")}


def python(folder: Path) -> dict[str, object]:
    """A plain Python parser: queue ids in a dictionary, pairs in a Counter."""
    senders: dict[str, str] = {}
    pairs: Counter[tuple[str, str]] = Counter()
    with unpacked(folder).open() as file:
        for line in file:
            parts = line.split(": ", 2)
            if len(parts) < 3:
                continue
            _, identity, said = parts
            if said.startswith("from=<"):
                senders[identity] = said[6 : said.index(">")]
            elif said.startswith("to=<"):
                pairs[senders.get(identity, ""), said[4 : said.index(">")]] += 1
            elif said.startswith("removed"):
                senders.pop(identity, None)
    return {"pairs": len(pairs), "deliveries": sum(pairs.values())}


def unpacked(folder: Path) -> Path:
    """The whole log as one text, for those that read no other."""
    text = folder / ".one.txt"
    if not text.exists():
        with text.open("wb") as out:
            for file in sorted(folder.glob("mail.log-*.zst")):
                subprocess.run(("zstd", "-dcq", file), stdout=out, check=True)
    return text


_BESIDE = (raw, pflogsumm, python)
_OURS = (reading, audit, audit1, afresh, crowded, wide)
_ON_SPARK = (spark, spark1, spark_wide)
PARTS = {part.__name__: part for part in _BESIDE + _OURS + _ON_SPARK}
WITH_JAVA = frozenset(part.__name__ for part in _ON_SPARK)
ONE_TEXT = frozenset({"pflogsumm", "python"})
