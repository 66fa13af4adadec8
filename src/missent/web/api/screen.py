"""`POST /v1/screen`: would mail to these recipients go wrong?"""

from __future__ import annotations

import base64
import binascii
import io
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import Field, StringConstraints, ValidationError, model_validator
from starlette.exceptions import HTTPException
from starlette.responses import Response

from missent.core import eml, pasted
from missent.core.address import Address
from missent.core.errors import AddressError
from missent.core.message import Message, Recipient
from missent.report import as_json
from missent.web.api.desk import AtDesk, Desk
from missent.web.api.doors import needs
from missent.web.api.problems import ASKED, answers, invalid
from missent.web.api.values import Mailbox, Value
from missent.web.tokens import Scope, Token

if TYPE_CHECKING:
    from collections.abc import Sequence

router = APIRouter(tags=["screen"])
_MOST = 500  # recipients: each takes up to half a millisecond
_JSON = 2 << 20  # octets of a request in JSON
_WHOLE = 64 << 20  # octets of a message
_MAIL = "message/rfc822"
_TEXT = Annotated[str, StringConstraints(max_length=1_000)]


class Question(Value):
    """Who writes to whom: `recipients`, or a `message` whose header says so."""

    recipients: Annotated[list[_TEXT], Field(min_length=1, max_length=_MOST)] | None = None
    """Addresses as they were typed. What is no address is told so, and the others are decided."""
    message: Annotated[str, StringConstraints(min_length=1)] | None = None
    """An RFC 5322 message in base64; its header alone is read, so that the rest may be left out.
    Recipients come from To, Cc and Bcc, the sender from From where none is given."""
    sender: Mailbox | None = None
    """Who writes. It makes the answer better, where there is a history."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Question:
        if (self.recipients is None) is (self.message is None):
            raise ValueError("give recipients or a message, and not both")
        return self


class Found(Value):
    """One finding of a check."""

    code: str
    """Of the check, as `T101`."""
    probability: float
    """That the message would go wrong, from 0 to 1."""
    summary: str
    """The evidence in words."""
    did_you_mean: list[str]
    """What was probably meant, best first."""
    evidence: dict[str, Any]
    """What the summary rests on."""


class Crashed(Value):
    """A check that could not be run."""

    code: str
    reason: str


class Said(Value):
    """The answer for one recipient."""

    recipient: str
    """As it was given."""
    action: Annotated[str, Field(pattern="^(allow|warn|hold|block)$")] | None
    """What the policy asks for; null for what is no address."""
    did_you_mean: list[str]
    """What was probably meant, best first."""
    findings: list[Found]
    """Why, the strongest first."""
    error: str | None = None
    """Why it is no address."""
    errors: list[Crashed] | None = None
    """Checks that could not be run."""


class Answer(Value):
    """What is to be done."""

    action: Annotated[str, Field(pattern="^(allow|warn|hold|block)$")]
    """The strictest of all recipients."""
    enforced: bool
    """False in monitor mode: a gate would let the message pass."""
    recipients: list[Said]
    """In the order of the question."""


@router.post(
    "/v1/screen",
    response_model=Answer,
    responses={**ASKED, **answers(400, 413, 415)},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/Question"},
                    "examples": {
                        "recipients": {
                            "value": {
                                "sender": "me@corp.example",
                                "recipients": ["gen@army.ml", "eve@partner.example"],
                            }
                        }
                    },
                },
                _MAIL: {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
)
async def screen(
    request: Request, desk: AtDesk, token: Annotated[Token, needs(Scope.SCREEN, Scope.FORM)]
) -> Response:
    """Decide about recipients. Nothing is sent, kept or learned; scope `screen` or `form`.

    The body is JSON, or the message itself as `message/rfc822`. With a token for `form`, who here
    writes to whom counts for nothing: strangers cannot find it out by asking.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == _MAIL:
            draft = eml.read(io.BytesIO(await _head(request)))
        elif kind == "application/json":
            asked = Question.model_validate_json(await _body(request))
            if asked.recipients is not None:
                sender = Address.parse(asked.sender) if asked.sender else None
                return await _answer(desk, token, sender, asked.recipients)
            draft = _draft(asked)
        else:
            raise HTTPException(415, f"send application/json or {_MAIL}")
    except ValidationError as error:
        faults = [(("body", *one["loc"]), one["msg"]) for one in error.errors(include_url=False)]
        return invalid(faults)
    except ValueError as error:
        return invalid([(("body", "message"), str(error))])
    given = [one.text if isinstance(one, AddressError) else one for one in draft.entries]
    if len(given) > _MOST:
        return invalid([(("body", "message"), f"it has more than {_MOST} recipients")])
    return await _answer(desk, token, draft.message.mail_from, given)


def _draft(asked: Question) -> eml.Draft:
    try:
        octets = base64.b64decode("".join((asked.message or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("it is no base64") from None
    return eml.read(io.BytesIO(octets), Address.parse(asked.sender) if asked.sender else None)


async def _body(request: Request) -> bytes:
    taken = bytearray()
    async for some in request.stream():
        taken += some
        if len(taken) > _JSON:
            raise HTTPException(413, f"send {_JSON} octets at most, or the message as {_MAIL}")
    return bytes(taken)


async def _head(request: Request) -> bytes:
    """The beginning of a message; the rest is taken and dropped."""
    taken, count = bytearray(), 0
    async for some in request.stream():
        count += len(some)
        if count > _WHOLE:
            raise HTTPException(413, f"a message has {_WHOLE} octets at most")
        if len(taken) <= eml.LARGEST:
            taken += some
    return bytes(taken)


async def _answer(
    desk: Desk, token: Token, sender: Address | None, given: Sequence[str | Recipient]
) -> Response:
    entries = [one if isinstance(one, Recipient) else _read(one) for one in given]
    recipients = tuple(one for one in entries if isinstance(one, Recipient))
    verdict = await desk.screen(Message(sender, recipients), familiar=Scope.SCREEN in token.scopes)
    verdicts = iter(verdict.recipients)
    told = []
    for text, entry in zip(given, entries, strict=True):
        if isinstance(entry, AddressError):
            told.append(as_json.no_address(entry.text, entry))
            desk.metrics.screened.labels("undecided").inc()
        else:
            decided = next(verdicts)
            told.append(as_json.recipient(decided, text if isinstance(text, str) else ""))
            desk.metrics.screened.labels(str(decided.action)).inc()
    return JSONResponse(
        {"action": str(verdict.action), "enforced": verdict.enforced, "recipients": told}
    )


def _read(text: str) -> Recipient | AddressError:
    try:
        return pasted.recipient(text.strip())
    except AddressError as error:
        return error
