from __future__ import annotations

import fcntl
import gzip
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

ANN, BOB = "ann@corp.example", "bob@partner.example"
SLIP, MEANT = "jane@gmail.con", "jane@gmail.com"
KEYS = [
    "message_id",
    "date",
    "sender",
    "recipient",
    "action",
    "code",
    "probability",
    "did_you_mean",
    "evidence",
]


# A rule of the organisation always speaks, whatever was learned: here, repeats are wanted.
RULE = '[[rule]]\npattern = "gmail.con"\nowner = "it"\nreason = "it is no domain"\n'


def line(number: int, sender: str, *to: str, date: str = "2001-05-0{}T10:00:00Z") -> str:
    given = {"id": f"<m{number}@test>", "date": date.format(number), "from": sender, "to": list(to)}
    return json.dumps(given) + "\n"


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    path = tmp_path / "mail.jsonl"
    path.write_text(line(1, ANN, BOB) + line(2, ANN, SLIP, BOB) + line(3, ANN, SLIP))
    return path


def _rows(out: str) -> list[dict[str, Any]]:
    return [json.loads(row) for row in out.splitlines()]


def test_a_prompt_is_one_object_with_just_these_keys(run: Run, mail: Path) -> None:
    told = run("replay", "--format", "ndjson", str(mail))
    assert told.code == 1
    (row,) = _rows(told.out)
    assert list(row) == KEYS
    assert row["message_id"] == "m2@test"
    assert row["date"] == "2001-05-02T10:00:00Z"
    assert (row["sender"], row["recipient"]) == (ANN, SLIP)
    assert row["action"] in {"warn", "hold", "block"}
    assert row["did_you_mean"] == [MEANT]
    assert isinstance(row["evidence"], dict)


def test_a_prompt_for_people_is_one_line(run: Run, mail: Path) -> None:
    told = run("replay", str(mail))
    assert told.out.count("\n") == 1
    assert f"{ANN} -> {SLIP} did you mean {MEANT}?" in told.out


def test_the_summary_is_on_standard_error(run: Run, mail: Path, tmp_path: Path) -> None:
    (tmp_path / "missent.toml").write_text(RULE)
    told = run("replay", str(mail)).err
    assert "messages     3 decided, 0 only learned" in told
    assert "recipients   4" in told
    assert "prompts      1, 333.333 per 1,000 messages; 1 repeats not counted" in told
    assert f"by sender         1 {ANN}" in told


def test_repeats_are_printed_on_demand(run: Run, mail: Path, tmp_path: Path) -> None:
    (tmp_path / "missent.toml").write_text(RULE)
    assert run("replay", "--repeat", str(mail)).out.count("\n") == 2
    assert run("replay", "--repeat", "--budget", "1", str(mail)).code == 2


def test_a_slip_before_the_right_one_was_used_is_told_afterwards(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "mail.jsonl"
    wrong, right = "jane.miller@northwnd-traders.com", "jane.miller@northwind-traders.com"
    days = [line(day, ANN, right) for day in range(2, 10)]
    path.write_text(line(1, ANN, wrong) + "".join(days))
    told = run("replay", "--format", "ndjson", str(path))
    assert (told.code, told.out) == (0, "")  # the right one, which came later, is not questioned
    assert f"{ANN} -> {wrong} did you mean {right}?" in told.err
    told = run("replay", "--format", "ndjson", "--afterwards", str(path))
    (row,) = _rows(told.out)
    assert list(row) == [*KEYS, "afterwards"]
    assert (row["message_id"], row["recipient"], row["did_you_mean"]) == ("m1@test", wrong, [right])
    told = run("replay", "--afterwards", str(path))
    assert told.out.endswith(f"did you mean {right}? (afterwards)\n")


def test_without_prompts_the_exit_code_is_0(run: Run, mail: Path) -> None:
    told = run("replay", "--until", "2001-05-02", str(mail))
    assert (told.code, told.out) == (0, "")
    assert "messages     1 decided" in told.err


def test_since_learns_what_lies_before(run: Run, mail: Path) -> None:
    told = run("replay", "--since", "2001-05-03", str(mail))
    assert "messages     1 decided, 2 only learned" in told.err


def test_sources_are_merged_by_time_and_repeated_mail_counts_once(
    run: Run, mail: Path, tmp_path: Path
) -> None:
    second = tmp_path / "other.jsonl.gz"
    first_line = line(0, BOB, SLIP, date="2001-05-01T09:00:00Z")
    (tmp_path / "missent.toml").write_text(RULE)
    second.write_bytes(gzip.compress((line(2, ANN, SLIP, BOB) + first_line).encode()))
    told = run("replay", "--format", "ndjson", str(mail), str(second))
    assert [row["sender"] for row in _rows(told.out)] == [BOB, ANN]
    assert "duplicates   1, left out" in told.err


def test_history_is_learned_and_not_decided(run: Run, mail: Path, tmp_path: Path) -> None:
    later = tmp_path / "later.jsonl"
    later.write_text(line(4, ANN, BOB))
    told = run("replay", "--history", str(mail), str(later))
    assert told.code == 0
    assert "messages     1 decided, 3 only learned" in told.err


def test_only_our_own_senders_are_decided(run: Run, mail: Path, tmp_path: Path) -> None:
    (tmp_path / "missent.toml").write_text('[organisation]\ndomains = ["partner.example"]\n')
    told = run("replay", str(mail))
    assert (told.code, told.out) == (0, "")
    assert "messages     0 decided, 3 only learned" in told.err


def test_the_policy_of_the_configuration_decides(run: Run, mail: Path, tmp_path: Path) -> None:
    for action in ("hold", "warn"):
        rule = f'[policy]\nrules = [{{ code = "T", probability = 0.1, action = "{action}" }}]\n'
        (tmp_path / "missent.toml").write_text(rule)
        assert _rows(run("replay", "--format", "ndjson", str(mail)).out)[0]["action"] == action


def test_a_budget_is_kept_and_its_policy_can_be_used(run: Run, mail: Path, tmp_path: Path) -> None:
    told = run("replay", "--format", "ndjson", "--budget", "400", str(mail))
    assert told.code == 1
    assert len(_rows(told.out)) == 1
    _, _, policy = told.err.partition("[policy]")
    (tmp_path / "missent.toml").write_text("[policy]" + policy)
    assert _rows(run("replay", "--format", "ndjson", str(mail)).out) == _rows(told.out)
    assert "too little" not in told.err
    nothing = run("replay", "--budget", "0", str(mail))
    assert (nothing.code, nothing.out) == (0, "")


def test_a_budget_that_buys_no_prompt_of_so_little_mail_is_told(run: Run, mail: Path) -> None:
    told = run("replay", "--budget", "0.3", str(mail))
    assert told.code == 0
    assert "too few for one prompt" in told.err
    assert "replay 3,334 or more" in told.err


def test_malformed_lines_are_counted_and_the_rest_is_decided(run: Run, mail: Path) -> None:
    with mail.open("a") as file:
        file.write('{"date": 7\n\x00\n[]\n' + line(4, ANN, "no address", "eve@hotmail.con"))
    told = run("replay", str(mail))
    assert told.code == 1
    assert told.out.count("\n") == 2
    assert f"unreadable   3 lines or messages, 1 addresses in {mail}" in told.err


def test_what_cannot_be_read_at_all_is_not_clean(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "noise.jsonl"
    path.write_bytes(b"\xff\xfe\x00noise\n" * 3)
    told = run("replay", str(path))
    assert told.code == 2
    assert "--read-as" in told.err
    assert run("replay", "--read-as", "jsonl", str(path)).code == 3
    path.write_bytes(gzip.compress(b"{}\n" * 10_000)[:30])
    told = run("replay", str(path))
    assert told.code == 3
    assert f"broken off   {path}, line " in told.err


def test_a_source_too_far_out_of_order_says_how_to_mend_it(run: Run, mail: Path) -> None:
    lines = mail.read_text().splitlines(keepends=True)
    mail.write_text("".join(reversed(lines)))
    told = run("replay", "--window", "1", str(mail))
    assert told.code == 3
    assert "--window" in told.err
    assert run("replay", str(mail)).code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nowhere.jsonl",),
        ("--since", "yesterday", "mail.jsonl"),
        ("--budget", "-1", "mail.jsonl"),
        ("--html", "nowhere/report.html", "mail.jsonl"),
    ],
)
def test_wrong_usage(run: Run, mail: Path, arguments: tuple[str, ...]) -> None:  # noqa: ARG001  the file is there
    told = run("replay", *arguments)
    assert told.code == 2
    assert told.err


def test_the_html_report_shows_prompts_escaped(run: Run, mail: Path, tmp_path: Path) -> None:
    with mail.open("a") as file:
        file.write(line(4, "<b>&x@corp.example", "eve@hotmail.con"))
        file.write(line(5, "b&x@corp.example", "ann'&x@yahoo.con"))
    report = tmp_path / "report.html"
    assert run("replay", "--html", str(report), str(mail)).code == 1
    text = report.read_text()
    assert "ann&#x27;&amp;x@yahoo.co" in text
    assert "&x@" not in text.replace("&amp;x@", "")
    assert report.stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob(".report*"))


def _started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from missent.cli import main; main()", "replay", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # so that a whole group can be interrupted, as by Ctrl-C
    )


def test_an_interrupt_while_a_pipe_is_read_leaves_nothing(
    mail: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    fifo = tmp_path / "slow.jsonl"
    os.mkfifo(fifo)
    end = os.open(fifo, os.O_RDWR)  # does not wait for a reader
    try:
        os.write(end, mail.read_bytes())
        with _started("--read-as", "jsonl", str(fifo)) as process:
            while struct.unpack("i", fcntl.ioctl(end, termios.FIONREAD, b"0000"))[0]:
                assert process.poll() is None
                time.sleep(0.02)
            time.sleep(0.1)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
    finally:
        os.close(end)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert not list(tmp_path.glob("missent-*"))


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_ends_all_processes_and_prints_what_was_counted(
    tmp_path: Path, jobs: str
) -> None:
    path = tmp_path / "mail.jsonl"
    path.write_text(
        "".join(line(1, f"p{n}@corp.example", SLIP) for n in range(60_000)).replace(
            '"id": "<m1@test>", ', ""
        )
    )
    with _started("--jobs", jobs, str(path)) as process:
        assert process.stdout
        assert SLIP in process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "interrupted; so far:\nmessages     " in err
    assert "Traceback" not in err


def test_several_processes_say_what_one_says(run: Run, mail: Path) -> None:
    one, two = (run("replay", "--jobs", jobs, "--format", "ndjson", str(mail)) for jobs in "12")
    assert (two.code, two.out) == (one.code, one.out)
    told = [err.partition("time ")[0] for err in (one.err, two.err)]
    assert told[0] == told[1]


def test_a_terminal_gets_a_bar_and_a_pipe_gets_the_prompts(mail: Path) -> None:
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", "from missent.cli import main; main()", "replay", str(mail)],
            stdout=subprocess.PIPE,
            stderr=theirs,
            check=False,
            text=True,
            timeout=30,
        )
    finally:
        os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 1
    assert SLIP in done.stdout
    assert "\x1b[" not in done.stdout
    assert "messages" in shown
