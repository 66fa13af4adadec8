"""Files of the shape that their manual pages document, written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.audit.standing import destinations
from missent.audit.standing.destinations import read

BOOK = "Name,E-mail Address,E-mail 2 Address\nGen,gen@army.ml,g2@partner.example\n"
CARD = "BEGIN:VCARD\nVERSION:4.0\nFN:Gen\nEMAIL;TYPE=work:gen@\n army.ml\nEND:VCARD\n"
FILES = {
    ".forward": ('\\jane, gen@army.ml, "|/usr/bin/vacation jane"\n# x@y.example\n', 1, ""),
    "main.sieve": (
        (
            'require ["copy"];\n# redirect "x@y.example";\n'
            'if true {\n redirect :copy "gen@army.ml";\n}\n'
        ),
        4,
        "",
    ),
    "aliases": ('postmaster: root\nboss: gen@army.ml,\n  "|prog"\n', 2, "boss"),
    "virtual": ("# a map\nboss@corp.example\tgen@army.ml\n", 2, "boss@corp.example"),
    "canonical": ("boss  gen@army.ml\n", 1, "boss"),
    "team.txt": ("Gen <gen@army.ml>\n", 1, "team"),
    "contacts.csv": (BOOK, 2, "Gen"),
    "outlook.nk2.txt": ("Gen\tgen@army.ml\n", 1, "Gen"),
    "card.vcf": (CARD, 0, "Gen"),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_destination_is_found_with_its_place(tmp_path: Path, name: str, encoding: str) -> None:
    text, line, owner = FILES[name]
    path = tmp_path / "jane" / name
    path.parent.mkdir()
    path.write_bytes(text.encode(encoding))
    found = {one.address: one for one in read(path)}
    assert "x@y.example" not in found
    one = found["gen@army.ml"]
    assert (one.line, one.owner) == (line, owner or "jane")


def test_a_file_of_another_kind_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing here")
    with pytest.raises(ValueError, match=r"notes\.txt: neither a forward"):
        list(read(tmp_path / "notes.txt"))


@given(
    st.text(max_size=300),
    st.sampled_from(["forward", "sieve", "aliases", "postfix_map", "book", "vcard"]),
)
def test_nothing_that_a_file_holds_is_an_error(text: str, kind: str) -> None:
    list(getattr(destinations, kind)(Path("/home/jane/x"), text))
