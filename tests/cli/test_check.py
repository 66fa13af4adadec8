from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

FINE = "jane@gmail.com"
SLIP = "jane@gmail.con"
KEYS = {"recipient", "action", "did_you_mean", "findings"}


def _lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_what_may_be_sent_is_clean(run: Run) -> None:
    told = run("check", FINE)
    assert (told.code, told.out, told.err) == (0, f"allow  {FINE}\n", "")


def test_a_slip_is_found(run: Run) -> None:
    told = run("check", FINE, SLIP)
    assert told.code == 1
    assert "did you mean jane@gmail.com?" in told.out


def test_one_object_a_recipient_with_just_these_keys(run: Run) -> None:
    told = run("check", "--format", "ndjson", SLIP)
    (answer,) = _lines(told.out)
    assert set(answer) == KEYS
    assert answer["recipient"] == SLIP
    assert answer["action"] in {"warn", "hold", "block"}
    assert answer["did_you_mean"] == [FINE]
    (finding,) = answer["findings"]
    assert set(finding) == {"code", "probability", "summary", "did_you_mean", "evidence"}
    assert finding["code"] == "T102"
    assert 0.5 < finding["probability"] <= 1
    assert finding["did_you_mean"] == [FINE]


def test_json_is_always_one_array(run: Run) -> None:
    assert [a["recipient"] for a in json.loads(run("check", "--format", "json", FINE).out)] == [
        FINE
    ]
    both = json.loads(run("check", "--format", "json", FINE, SLIP).out)
    assert [a["recipient"] for a in both] == [FINE, SLIP]
    assert json.loads(run("check", "--format", "json").out) == []


def test_every_line_of_standard_input_gets_its_answer_in_order(run: Run) -> None:
    given = f"{FINE}\n\nnobody\r\n{SLIP}\n".encode() + b"\xff@x.example\n" + b"a" * 5000
    told = run("check", "--format", "ndjson", stdin=given)
    answers = _lines(told.out)
    assert told.code == 3
    assert [a["recipient"] for a in answers] == [FINE, "", "nobody", SLIP, "", ""]
    assert [a["action"] is None for a in answers] == [False, True, True, False, True, True]
    assert "there is no '@'" in answers[2]["error"]
    assert set(answers[2]) == KEYS | {"error"}


def test_the_recipient_is_repeated_as_it_was_given(run: Run) -> None:
    told = run("check", "--format", "ndjson", " Jane@GMAIL.com ")
    assert _lines(told.out)[0]["recipient"] == "Jane@GMAIL.com"


def test_what_is_no_address_cannot_be_decided(run: Run) -> None:
    told = run("check", "nobody")
    assert told.code == 3
    assert told.out == "error  'nobody' is no address: there is no '@' (character 7)\n"


def test_a_check_that_crashes_leaves_the_answer_open(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        code = "T999"
        spares_familiar = False

        def __call__(self, *_: object) -> list[object]:
            raise RuntimeError("no bulb")

    monkeypatch.setattr("missent.app.wiring.ALL", (Broken,))
    told = run("check", "--format", "ndjson", FINE)
    assert told.code == 3
    assert "no bulb" in _lines(told.out)[0]["errors"][0]["reason"]


def test_a_message_is_checked_by_its_header(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "draft.eml"
    file.write_text(f"From: me@corp.example\nTo: J <{FINE}>, nobody\nCc: {SLIP}\n\nTo: x@x.x\n")
    told = run("check", "--format", "ndjson", "--message", str(file))
    assert [a["recipient"] for a in _lines(told.out)] == [FINE, "nobody", SLIP]
    assert told.code == 3


def test_a_message_may_come_by_standard_input(run: Run) -> None:
    told = run("check", "--message", "-", stdin=f"To: {SLIP}\n\n".encode())
    assert told.code == 1


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("--from", "nobody", FINE), "--from: 'nobody' is no address"),
        (("--message", "none.eml"), "No such file or directory"),
        (("--message", "-", FINE), "addresses or --message, not both"),
        (("--format", "xml", FINE), "'xml' is not one of"),
        (("--message", "-"), "none of the fields From, To, Cc and Bcc"),
    ],
)
def test_bad_use_is_told_without_a_traceback(
    run: Run, arguments: tuple[str, ...], fault: str
) -> None:
    told = run("check", *arguments)
    assert told.code == 2
    assert fault in told.err
    assert "Traceback" not in told.err


def test_the_configuration_counts(run: Run, tmp_path: Path) -> None:
    (tmp_path / "missent.toml").write_text(
        "[[rule]]\npattern = 'gmail.com'\nowner = 'it@corp.example'\nreason = 'private mail'\n"
    )
    told = run("check", FINE)
    assert told.code == 1
    assert "private mail" in told.out


def test_an_exception_lets_it_pass(run: Run, tmp_path: Path) -> None:
    (tmp_path / "missent.toml").write_text(
        f"[[exception]]\npattern = '{SLIP}'\nowner = 'it@corp.example'\nreason = 'a test'\n"
    )
    assert run("check", SLIP).code == 0


def test_the_sender_counts(run: Run, tmp_path: Path) -> None:
    (tmp_path / "missent.toml").write_text(
        "[[exception]]\npattern = '*.con'\nowner = 'o'\nreason = 'r'\nsender = 'corp.example'\n"
        "[[exception]]\npattern = 'gmail.con'\nowner = 'o'\nreason = 'r'\nsender = 'me@x.example'\n"
    )
    assert run("check", SLIP, "--from", "me@x.example").code == 0
    assert run("check", SLIP, "--from", "you@x.example").code == 1
    assert run("check", SLIP).code == 1


def test_addresses_in_other_scripts_are_answered(run: Run) -> None:
    told = run("check", "--format", "ndjson", stdin="jürgen@bücher.example\n".encode())
    assert _lines(told.out)[0]["recipient"] == "jürgen@bücher.example"
    assert told.out.isascii()


def test_an_argument_may_be_pasted_from_a_client(run: Run) -> None:
    told = run("check", "--format", "ndjson", f"Jane Roe <{SLIP}>, {FINE}", f"mailto:{FINE}")
    assert told.code == 1
    assert [a["recipient"] for a in _lines(told.out)] == [SLIP, FINE, f"mailto:{FINE}"]


def test_a_line_gets_one_answer_whatever_it_holds(run: Run) -> None:
    given = f"Jane <{SLIP}>\n{FINE}, {SLIP}\n{FINE}\n"
    told = run("check", "--format", "ndjson", stdin=given.encode())
    assert told.code == 3
    assert [a["recipient"] for a in _lines(told.out)] == given.splitlines()
    assert [a["action"] for a in _lines(told.out)] == ["hold", None, "allow"]


def test_the_sender_may_bear_a_name(run: Run) -> None:
    assert run("check", "--from", "Me <me@gmail.com>", FINE).code == 0


def test_an_exception_is_named_with_who_answers_for_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "missent.toml").write_text(
        '[[exception]]\npattern = "orange.ml"\nowner = "sales@corp.example"\n'
        'reason = "our operator in Bamako"\n'
        '[[rule]]\npattern = "*.ml"\nowner = "security@corp.example"\nreason = "nobody there"\n'
    )
    told = run("check", "ann@orange.ml", FINE)
    assert told.code == 0
    lets = "an exception lets it pass: our operator in Bamako; sales@corp.example answers for it."
    assert told.out.count(lets) == 1
