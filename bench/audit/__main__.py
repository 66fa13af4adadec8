"""The audit of a generated log, beside the raw engine, pflogsumm and plain Python, in one run.

`make bench-audit`, or `python -m bench.audit [DELIVERIES] [--spark]`: 2,000,000 without a number.
Each part runs in a process of its own, for its own memory; processor time is what to compare.
"raw" is DuckDB reading the same lines, joining senders to recipients by queue id and counting by
pair, with a status, a stamp and a size each, as ours does, without carrying messages over from file
to file, without queue ids that are used again, and without our checks.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE.parent / "results" / "audit.md"
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
    engine.keep("pairs", plan.PAIRS)
    row = engine.rows("SELECT count(*), sum(messages) FROM pairs")[0]
    return {"pairs": row[0], "deliveries": int(row[1])}


def audit(folder: Path, engine: str = "duckdb", master: str = "local[2]") -> dict[str, object]:
    """The whole: `missent audit`; where `reading` ran before, only the questions."""
    command = [
        sys.executable,
        "-m",
        "missent",
        "audit",
        "--own",
        "corp.example",
        "--format",
        "json",
    ]
    command += ["--cache", str(folder / ".cache"), "--engine", engine, "--master", master]
    done = subprocess.run((*command, folder), capture_output=True, text=True, check=False)
    (folder / f".{engine}.json").write_text(done.stdout, "utf-8")
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr)
    told = json.loads(done.stdout)
    found = {leak["domain"]: leak["messages"] for leak in told["leaks"]}
    planted = json.loads((folder / "planted.json").read_text("utf-8"))
    exact = sum(found.get(one["domain"]) == one["messages"] for one in planted)
    extra = len(set(found) - {one["domain"] for one in planted})
    return {
        "deliveries": told["deliveries"],
        "planted": len(planted),
        "exact": exact,
        "extra": extra,
    }


def afresh(folder: Path) -> dict[str, object]:
    """The whole, reading included."""
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    return audit(folder)


def spark(folder: Path) -> dict[str, object]:
    """The plan on Spark, in local mode; the same answer."""
    told = audit(folder, "spark")
    same = (folder / ".spark.json").read_text() == (folder / ".duckdb.json").read_text()
    return {**told, "same as DuckDB": same}


def pflogsumm(folder: Path) -> dict[str, object]:
    """Debian's pflogsumm: totals by sender and recipient."""
    text = _unpacked(folder)
    done = subprocess.run(("pflogsumm", text), capture_output=True, text=True, check=True)
    return {"lines of its report": done.stdout.count("\n")}


def python(folder: Path) -> dict[str, object]:
    """A plain Python parser: queue ids in a dictionary, pairs in a Counter."""
    senders: dict[str, str] = {}
    pairs: Counter[tuple[str, str]] = Counter()
    with _unpacked(folder).open() as file:
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


def _unpacked(folder: Path) -> Path:
    return folder / ".one.txt"


PARTS = {f.__name__: f for f in (raw, reading, afresh, audit, pflogsumm, python, spark)}
_ONE_FILE = {"pflogsumm", "python"}


def measure(name: str, folder: Path) -> dict[str, object]:
    """Run one part in a process of its own."""
    begun = time.monotonic()
    process = subprocess.Popen(
        (sys.executable, "-m", "bench.audit", "--part", name, folder),
        stdout=subprocess.PIPE,
        text=True,
    )
    out, _ = process.communicate()
    if process.returncode:
        return {"failed": process.returncode}
    told: dict[str, object] = json.loads(out)
    return told | {"seconds": time.monotonic() - begun}


def _part(name: str, folder: Path) -> None:
    told = PARTS[name](folder)
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    cpu = sum(u.ru_utime + u.ru_stime for u in (own, children))
    print(json.dumps(told | {"cpu": cpu, "peak": max(own.ru_maxrss, children.ru_maxrss) // 1024}))


def main() -> int:
    """Measure them one after the other."""
    if "--part" in sys.argv:
        _part(sys.argv[2], Path(sys.argv[3]))
        return 0
    numbers = [one for one in sys.argv[1:] if one.isdigit()]
    deliveries = int(numbers[0]) if numbers else 2_000_000
    names = ["raw", "reading", "audit", "afresh"]
    if deliveries <= 5_000_000:
        names += ["pflogsumm", "python"]
    if "--spark" in sys.argv:
        names.append("spark")
    lines = [
        f"{deliveries:,} deliveries, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "",
    ]
    lines += ["| | CPU s | wall s | deliveries/CPU s | peak MB | |", "|---|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory(prefix="missent-bench-audit-") as name:
        folder = Path(name)
        # Not here: a process begins with its parent's peak of memory.
        maker = (sys.executable, "-m", "bench.audit.generate", str(deliveries), folder)
        subprocess.run(maker, stdout=subprocess.DEVNULL, check=True)
        for part in names:
            if part in _ONE_FILE and not _unpacked(folder).exists():
                with _unpacked(folder).open("wb") as out:
                    for file in sorted(folder.glob("mail.log-*.zst")):
                        subprocess.run(("zstd", "-dcq", file), stdout=out, check=True)
            if part == "pflogsumm" and shutil.which("pflogsumm") is None:
                lines.append("| pflogsumm | not installed: apt-get install pflogsumm | | | | |")
                continue
            told = measure(part, folder)
            if "failed" in told:
                lines.append(f"| {part} | failed | | | | |")
                continue
            cpu, seconds, peak = (float(str(told.pop(key))) for key in ("cpu", "seconds", "peak"))
            rest = ", ".join(f"{key} {value}" for key, value in told.items())
            rate = f"{deliveries / cpu:,.0f}"
            lines.append(f"| {part} | {cpu:.1f} | {seconds:.1f} | {rate} | {peak:.0f} | {rest} |")
            print(lines[-1], flush=True)
    RESULTS.write_text("# The audit of a log\n\n" + "\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
