from __future__ import annotations

import asyncio
import base64
import time
from typing import TYPE_CHECKING, Any

import pytest

from missent.core.address import Address
from missent.core.message import Message, Recipient
from missent.core.pattern import Pattern
from missent.core.permission import Permission
from missent.testing.api import problem, told
from missent.web.tokens import Scope

if TYPE_CHECKING:
    import httpx

    from missent.testing.api import Api

ME = "me@corp.example"
MAIL = (
    b"From: Me <me@corp.example>\r\nTo: gen@army.ml, not an address\r\nCc: eve@partner.example\r\n"
    b"Subject: x\r\n\r\nbody"
)


async def ask(api: Api, **asked: Any) -> httpx.Response:
    return await api.http.post("/v1/screen", json=asked)


def actions(answer: httpx.Response) -> list[tuple[str, str | None]]:
    assert answer.status_code == 200, answer.text
    return [(one["recipient"], one["action"]) for one in told(answer)["recipients"]]


async def learn(api: Api, *addresses: str, count: int = 3) -> None:
    for number in range(count):
        recipients = tuple(Recipient(Address.parse(one)) for one in addresses)
        message = Message(Address.parse(ME), recipients, f"{number}@corp.example")
        api.memory.remember(message, int(time.time()))
    await api.memory.flush()


async def test_recipients_are_decided_in_their_order(api: Api) -> None:
    await api.bearer(Scope.SCREEN)
    answer = await ask(api, recipients=["gen@army.ml", "Eve@Partner.example", "no address"])
    assert actions(answer) == [
        ("gen@army.ml", "block"),
        ("Eve@Partner.example", "allow"),
        ("no address", None),
    ]
    body = told(answer)
    assert (body["action"], body["enforced"]) == ("block", False)
    first, _, third = body["recipients"]
    assert first["did_you_mean"] == ["gen@army.mil"]
    assert first["findings"][0]["code"] == "T101"
    assert first["findings"][0]["evidence"]
    assert "no address" in third["error"]


async def test_a_message_is_read_as_base64_and_as_it_is(api: Api) -> None:
    await api.bearer(Scope.SCREEN)
    expected = [
        ("gen@army.ml", "block"),
        ("not an address", None),
        ("eve@partner.example", "allow"),
    ]
    assert actions(await ask(api, message=base64.b64encode(MAIL).decode())) == expected
    plain = await api.http.post(
        "/v1/screen", content=MAIL, headers={"Content-Type": "message/rfc822; charset=utf-8"}
    )
    assert actions(plain) == expected


async def test_of_a_long_message_the_header_is_enough(api: Api) -> None:
    await api.bearer(Scope.SCREEN)

    async def parts() -> Any:
        yield MAIL
        for _ in range(160):
            yield b"x" * 65_536

    answer = await api.http.post(
        "/v1/screen", content=parts(), headers={"Content-Type": "message/rfc822"}
    )
    assert told(answer)["action"] == "block"


async def test_it_decides_with_the_memory_and_its_exceptions(api: Api) -> None:
    await learn(api, "jane@fabrikam.com")
    await api.bearer(Scope.SCREEN)
    slip = {"sender": ME, "recipients": ["jane@fabrikm.com"]}
    answer = await ask(api, **slip)
    assert told(answer)["recipients"][0]["did_you_mean"] == ["jane@fabrikam.com"]
    assert told(answer)["action"] != "allow"
    pattern = Pattern.parse("fabrikm.com")
    await api.store.allow(Permission(pattern, "ann", "they exist"), int(time.time()))
    for _ in range(100):
        if told(await ask(api, **slip))["action"] == "allow":
            return
        await asyncio.sleep(0.05)
    pytest.fail("the exception was never seen")


async def test_a_form_learns_nothing_of_who_writes_to_whom(api: Api) -> None:
    await learn(api, "jane@fabrikam.com")
    await api.bearer(Scope.FORM)
    secret = await ask(api, sender=ME, recipients=["jane@fabrikm.com"])
    assert told(secret)["recipients"][0] == {
        "recipient": "jane@fabrikm.com", "action": "allow", "did_you_mean": [], "findings": [],
    }  # fmt: skip
    common = await ask(api, recipients=["gen@army.ml", "jane@gmial.com"])
    assert [one["did_you_mean"] for one in told(common)["recipients"]] == [
        ["gen@army.mil"],
        ["jane@gmail.com"],
    ]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{}", 422, "body: "),
        (b'{"recipients": []}', 422, "body.recipients: "),
        (b'{"recipients": [7]}', 422, "body.recipients.0: "),
        (b'{"recipients": ["a@b.c"], "sender": "no"}', 422, "body.sender: "),
        (b'{"recipients": ["a@b.c"], "sendr": "a@b.c"}', 422, "body.sendr: "),
        (b'{"recipients": ["a@b.c"], "message": "eA=="}', 422, "recipients or a message"),
        (b'{"message": "*"}', 422, "body.message: it is no base64"),
        (b'{"message": "eA=="}', 422, "body.message: it has none of the fields"),
        (b'{"recipients": ["\\ud800@b.c"]}', 422, "body: "),
        (b"[" * 100_000, 422, "body: "),
        (b"no json", 422, "body: "),
        (b'{"recipients": ["' + b"x" * 1001 + b'"]}', 422, "body.recipients.0: "),
        (b'{"recipients": [' + b'"a@b.c",' * 500 + b'"a@b.c"]}', 422, "body.recipients: "),
        (b'"' + b"x" * (2 << 20) + b'"', 413, "2097152 octets at most"),
    ],
)
async def test_what_is_wrong_is_told(api: Api, body: bytes, status: int, said: str) -> None:
    await api.bearer(Scope.SCREEN)
    answer = await api.http.post(
        "/v1/screen", content=body, headers={"Content-Type": "application/json"}
    )
    found, told_ = problem(answer)
    assert (found, said in str(told_["detail"])) == (status, True), told_


async def test_another_type_of_body_is_refused(api: Api) -> None:
    await api.bearer(Scope.SCREEN)
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = await api.http.post("/v1/screen", content=b"x", headers={"Content-Type": kind})
        assert problem(answer)[0] == 415
    many = b"From: a@b.c\r\nTo: " + b"a@b.c, " * 501 + b"\r\n\r\n"
    answer = await api.http.post(
        "/v1/screen", content=many, headers={"Content-Type": "message/rfc822"}
    )
    assert "more than 500 recipients" in str(problem(answer)[1]["detail"])
