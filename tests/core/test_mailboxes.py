from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.mailboxes import mailboxes


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@x.example", [("", "a@x.example")]),
        ("a@x.example, b@y.example", [("", "a@x.example"), ("", "b@y.example")]),
        ("Ann <a@x.example>", [("Ann", "a@x.example")]),
        ('"Last, First" <a@x.example>', [("Last, First", "a@x.example")]),
        (r'"a \"b\" \\c" <a@x.example>', [('a "b" \\c', "a@x.example")]),
        ("Ann\r\n <a@x.example>", [("Ann", "a@x.example")]),
        ("a@x.example (Ann, (nested) \\) here)", [("", "a@x.example")]),
        ("Friends: a@x.example, B <b@y.example>;", [("", "a@x.example"), ("B", "b@y.example")]),
        ("undisclosed-recipients:;", []),
        ("", []),
        (" , ,", []),
        ('"a, b"@x.example', [("", '"a, b"@x.example')]),
        ('Ann <"a > b"@x.example>', [("Ann", '"a > b"@x.example')]),
        ("a@[IPv6:2001:db8::1]", [("", "a@[IPv6:2001:db8::1]")]),
        ("<@r.example,@s.example:a@x.example>", [("", "a@x.example")]),
        ("<>", [("", "")]),
        ("Ann <>", [("Ann", "")]),
        ("nobody, a@x.example", [("", "nobody"), ("", "a@x.example")]),
        ("=?utf-8?q?J=C3=BC?= <j@x.example>", [("=?utf-8?q?J=C3=BC?=", "j@x.example")]),
        ("a@x.example <b@y.example>", [("a@x.example", "b@y.example")]),
    ],
)
def test_what_a_field_names(value: str, expected: list[tuple[str, str]]) -> None:
    assert list(mailboxes(value)) == expected


@pytest.mark.parametrize("value", ['"never closed, a@x.example', "<a@x.example, b@y.example", "(a"])
def test_what_is_not_closed_does_not_vanish(value: str) -> None:
    assert len(list(mailboxes(value))) == 1


@pytest.mark.parametrize("piece", ["(", "<", '"', "\\", ",", "a@", "@", ":", ";", "[", "a,", "=?"])
def test_a_hostile_field_takes_linear_time(piece: str) -> None:
    value = piece * (1_000_000 // len(piece))
    before = time.process_time()
    for _ in mailboxes(value):
        pass
    assert time.process_time() - before < 10


NAMES = st.text(st.characters(exclude_characters="\r\n"), max_size=12)
LOCALS = st.text("abc.-_", min_size=1, max_size=8)


@given(st.lists(st.tuples(NAMES, LOCALS), max_size=5))
def test_what_is_quoted_comes_out_as_it_went_in(pairs: list[tuple[str, str]]) -> None:
    escaped = [(name.replace("\\", "\\\\").replace('"', '\\"'), local) for name, local in pairs]
    value = ",\r\n ".join(f'"{name}" <{local}@x.example>' for name, local in escaped)
    assert list(mailboxes(value)) == [(name, f"{local}@x.example") for name, local in pairs]


@given(st.text())
def test_any_text_is_split(value: str) -> None:
    for name, spec in mailboxes(value):
        assert len(name) + len(spec) <= len(value)
