from __future__ import annotations

import pytest

from missent.core.errors import ConfigError
from missent.smtp.client.options import Security, UpstreamOptions


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mx.corp.example", ("mx.corp.example", 25, Security.NONE, "")),
        ("smtp://127.0.0.1:10026/", ("127.0.0.1", 10026, Security.NONE, "")),
        ("smtps://mx.corp.example", ("mx.corp.example", 465, Security.TLS, "")),
        ("smtp+starttls://mx.corp.example", ("mx.corp.example", 587, Security.STARTTLS, "")),
        ("smtps://[2001:db8::1]:465", ("2001:db8::1", 465, Security.TLS, "")),
        (
            "smtps://gen%40corp.example@mx.example",
            ("mx.example", 465, Security.TLS, "gen@corp.example"),
        ),
    ],
)
def test_upstream_urls(url: str, expected: tuple[str, int, Security, str]) -> None:
    options = UpstreamOptions.parse(url)
    assert (options.host, options.port, options.security, options.username) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mx.corp.example",
        "http://mx.example",
        "smtp://",
        "smtp://mx:x",
        "smtp://mx/path",
        "smtp://mx?a",
    ],
)
def test_what_is_no_upstream_is_told_with_the_mend(url: str) -> None:
    with pytest.raises(ConfigError, match="write smtp://HOST:PORT"):
        UpstreamOptions.parse(url)


def test_a_password_never_stands_in_a_url_nor_in_what_is_shown() -> None:
    with pytest.raises(ConfigError, match="file of its own") as refused:
        UpstreamOptions.parse("smtps://gen:hunter2@mx.example")
    assert "hunter2" not in str(refused.value)
    options = UpstreamOptions.parse("smtps://gen@mx.example", password="hunter2")
    assert options.password == "hunter2"
    assert "hunter2" not in repr(options)


def test_a_password_never_goes_over_the_net_in_the_clear() -> None:
    with pytest.raises(ConfigError, match=r"smtp\+starttls"):
        UpstreamOptions.parse("smtp://mx.example", username="gen", password="x")
    for host in ("localhost", "127.0.0.1", "[::1]"):
        assert UpstreamOptions.parse(f"smtp://{host}", username="gen", password="x").username
