from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.errors import ConfigError
from missent.report.as_toml import dumps
from missent.settings import Settings, load, parse

if TYPE_CHECKING:
    from pathlib import Path

FULL = """
[organisation]
domains = ["Corp.Example", "bücher.example"]
partners = ["partner.example"]
protected = ["bank.example"]

[policy]
mode = "enforce"
rules = [{ code = "T", probability = 1, action = "warn" }]

[[rule]]
pattern = "*.ml"
owner = "security@corp.example"
reason = "we write to nobody in Mali"

[[exception]]
pattern = "orange.ml"
owner = "sales@corp.example"
reason = "our operator in Bamako"
expires = 2027-01-31
sender = "corp.example"

[log]
format = "text"
"""


def _fault(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(tomllib.loads(text), "missent.toml")
    return str(caught.value)


def test_a_full_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "missent.toml"
    file.write_text(FULL, "utf-8")
    settings = load(file)
    assert settings.organisation.domains == ("corp.example", "xn--bcher-kva.example")
    assert settings.policy.mode == "enforce"
    assert settings.policy.rules is not None
    assert settings.policy.rules[0].probability == 1
    assert settings.rule[0].pattern == "*.ml"
    assert str(settings.exception[0].expires) == "2027-01-31"


def test_what_is_shown_reads_back_as_the_same(tmp_path: Path) -> None:
    file = tmp_path / "missent.toml"
    file.write_text(FULL, "utf-8")
    settings = load(file)
    assert parse(tomllib.loads(dumps(settings.model_dump())), "shown") == settings


def test_the_defaults_read_back_as_the_same() -> None:
    assert parse(tomllib.loads(dumps(Settings().model_dump())), "shown") == Settings()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[policy]\nmod = 'enforce'", "policy.mod is no setting; did you mean policy.mode?"),
        ("[polcy]\n", "polcy is no setting; did you mean policy?"),
        (
            "[policy]\nrules=[{code='T',probability=1,action='warn',protectd=true}]",
            "policy.rules[1].protectd is no setting; did you mean policy.rules[1].protected?",
        ),
        ("[store]\nqqq = 1", "store.qqq is no setting; known here: url, "),
        ("[[exception]]\npattern='a.ml'\nowner='o'", "exception[1].reason is missing; add it"),
        ("[policy]\nmode = 'enforced'", "policy.mode: input should be 'monitor' or 'enforce'"),
        ("[organisation]\ndomains = ['a b']", "organisation.domains[1]: 'a b' is no address"),
        ("[[rule]]\npattern='*.'\nowner='o'\nreason='r'", "rule[1].pattern: "),
        ("[[rule]]\npattern='*.ml'\nowner=' '\nreason='r'", "rule[1].owner: it must not be empty"),
        ("[store]\nretention_days = '7'", "store.retention_days: input should be a valid integer"),
        ("[policy]\nrules=[{code='T1x',probability=1,action='warn'}]", "policy.rules[1].code: "),
        ("[store]\nurl = 'postgresql://u:p@h/d'", "store.url: no password here: write it into"),
        ("policy = 3", "policy: input should be a valid dictionary"),
    ],
)
def test_a_fault_names_the_file_the_key_and_the_mend(text: str, fault: str) -> None:
    assert _fault(text).startswith(f"missent.toml: {fault}")


def test_every_fault_is_told_at_once() -> None:
    assert len(_fault("[policy]\nmod = 1\n[log]\nlevle = 1").splitlines()) == 2


def test_a_long_value_is_not_repeated_in_full() -> None:
    assert len(_fault(f"[policy]\nmode = '{'x' * 9999}'")) < 300


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"mode = \xff", "octet 8 is no UTF-8"),
        (b"mode = ", "no TOML: "),
        (b"#" * (1 << 20) + b"#", "longer than 1048576 octets"),
        (b"a=" + b"[" * 100_000, "no TOML: "),
    ],
    ids=["encoding", "syntax", "size", "depth"],
)
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes, fault: str) -> None:
    file = tmp_path / "missent.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"missent\.toml: ") as caught:
        load(file)
    assert fault in str(caught.value)


def test_a_missing_file_is_refused_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file or directory; name another file"):
        load(tmp_path / "none.toml")


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Is a directory"):
        load(tmp_path)


KEYS = st.text(st.characters(max_codepoint=0x2FF), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
SECTIONS = st.sampled_from([*Settings.model_fields, "rules", "nothing"])


@given(st.dictionaries(SECTIONS, VALUES, max_size=4))
def test_nothing_but_a_configuration_error_is_raised(said: dict[str, object]) -> None:
    try:
        settings = parse(said, "missent.toml")
    except ConfigError:
        return
    assert parse(tomllib.loads(dumps(settings.model_dump())), "shown") == settings


@pytest.mark.parametrize(
    "url", ["sqlite:///var/x:y@z.db", "postgresql://user@host:5432/name?sslmode=require", ""]
)
def test_a_store_without_a_password_is_taken(url: str) -> None:
    assert parse({"store": {"url": url}}, "here").store.url == url
