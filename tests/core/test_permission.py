from __future__ import annotations

import pytest

from missent.core.address import Address
from missent.core.pattern import Pattern
from missent.core.permission import Permission, Permissions

GEN = Address.parse("gen@army.ml")
ANN = Address.parse("ann@corp.example")


def permission(expires: int | None = None, sender: str | None = None) -> Permission:
    given = Pattern.parse(sender) if sender else None
    return Permission(Pattern.parse("army.ml"), "security", "a project", expires, given)


def test_none_covers_nothing() -> None:
    assert not Permissions()
    assert not Permissions().covering(GEN, ANN, at=0)


@pytest.mark.parametrize(("at", "covered"), [(99, True), (100, False), (101, False)])
def test_ends_at_its_moment(at: int, covered: bool) -> None:  # noqa: FBT001  a table's column
    assert (Permissions((permission(expires=100),)).covering(GEN, ANN, at) is not None) is covered


def test_is_for_its_senders_only() -> None:
    given = Permissions(
        (permission(sender="*.corp.example"), permission(sender="ann@corp.example"))
    )
    assert given.covering(GEN, ANN, at=0)
    assert given.covering(GEN, Address.parse("bob@hq.corp.example"), at=0)
    assert not given.covering(GEN, Address.parse("bob@corp.example"), at=0)
    assert not given.covering(GEN, None, at=0)


def test_is_for_its_recipients_only() -> None:
    given = Permissions((permission(),))
    assert given.covering(GEN, None, at=0)
    assert not given.covering(Address.parse("gen@us.army.ml"), ANN, at=0)
