from __future__ import annotations

import pytest

from missent.core.address import Address
from missent.hold.automatic import is_automatic


@pytest.mark.parametrize(
    ("sender", "header", "automatic"),
    [
        ("ann@corp.example", {}, False),
        ("ann@corp.example", {"auto-submitted": "No"}, False),
        ("ann@corp.example", {"auto-submitted": "auto-replied; x=y"}, True),
        ("ann@corp.example", {"precedence": " Bulk "}, True),
        ("ann@corp.example", {"precedence": "first-class"}, False),
        ("ann@corp.example", {"list-id": "<a.b>"}, True),
        ("ann@corp.example", {"x-auto-response-suppress": "All"}, True),
        (None, {}, True),
        ("owner-news@corp.example", {}, True),
        ("news-request@corp.example", {}, True),
        ("MAILER-DAEMON@corp.example", {}, True),
        ("no-reply@corp.example", {}, True),
        ("bounces-17@corp.example", {}, True),
    ],
)
def test_who_would_not_read_it(
    sender: str | None,
    header: dict[str, str],
    automatic: bool,  # noqa: FBT001
) -> None:
    assert is_automatic(Address.parse(sender) if sender else None, header) is automatic
