from __future__ import annotations

from email.message import EmailMessage

from hypothesis import given
from hypothesis import strategies as st

from missent.web.console.letter import read

HTML = """<html><head><title>no</title><style>p{}</style></head><body>
<p>Dear <b>all</b>,</p><script>alert(1)</script><img src="https://t.example/x.gif">
<div>see&nbsp;<a href="https://evil.example">here</a></div></body></html>"""


def test_the_words_of_html_and_nothing_that_acts() -> None:
    message = EmailMessage()
    message["Subject"] = "=?utf-8?q?R=C3=B6ntgen?="
    message.set_content(HTML, subtype="html")
    found = read(message.as_bytes())
    assert found.html
    assert "Dear all," in found.text
    assert "see here" in found.text
    for word in ("alert", "t.example", "evil.example", "p{}", "<"):
        assert word not in found.text


def test_plain_text_goes_before_html_and_attachments_are_named_only() -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "ann@corp.example", "x"
    message.set_content("plain\n\n\n\n\nwords")
    message.add_alternative(HTML, subtype="html")
    message.add_attachment(
        b"%PDF", maintype="application", subtype="pdf", filename="a\u202efdp.exe"
    )
    found = read(message.as_bytes())
    assert (found.text, found.html) == ("plain\n\nwords", False)
    assert dict(found.fields)["From"] == "ann@corp.example"
    assert [(one.name, one.kind, one.octets) for one in found.attachments] == [
        ("a fdp.exe", "application/pdf", 4)
    ]


def test_a_long_text_is_cut_and_said_to_be() -> None:
    found = read(b"Subject: x\r\n\r\n" + b"words " * 10_000)
    assert found.cut
    assert len(found.text) == 20_000


@given(st.binary(max_size=600))
def test_whatever_it_is_something_is_shown(octets: bytes) -> None:
    found = read(octets)
    assert all(c.isprintable() or c in "\n\t" for c in found.text)


PIECES = (
    b"Content-Type: multipart/mixed; boundary=x\r\n", b"Content-Type: text/html; charset=nope\r\n",
    b"Content-Disposition: attachment; filename*=utf-99''%FF\r\n", b"Subject: =?x?q?\xff?=\r\n",
    b"Content-Transfer-Encoding: base64\r\n", b"\r\n", b"--x\r\n", b"--x--\r\n", b"<script>",
    b"\xff",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=20))
def test_broken_mime_is_read_as_far_as_it_goes(pieces: list[bytes]) -> None:
    read(b"".join(pieces))
