"""`missent check`: decide about addresses before anything is sent."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

import click

from missent.cli import FINDINGS, UNDECIDED, lines
from missent.cli.form import form
from missent.cli.text import Printer
from missent.core import pasted
from missent.core.address import Domain
from missent.core.errors import AddressError
from missent.core.facts import DomainFacts, Unknown
from missent.core.message import Message, Recipient
from missent.core.verdict import Action, RecipientVerdict
from missent.report import as_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from missent.cli.root import Context
    from missent.core.address import Address
    from missent.guard import Guard

# What was given, and the answer to it.
Answer = tuple[str, RecipientVerdict | AddressError]
# What was given, and how it was read.
_Given = tuple[str, Recipient | AddressError]
# What the DNS says of some domains.
Said = Callable[[Sequence[Domain]], Mapping[str, DomainFacts | Unknown]]


@click.command(name="check")
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
@click.option("--from", "sender", metavar="SENDER", help="Who is about to send.")
@click.option(
    "--message",
    type=click.File("rb"),
    metavar="FILE",
    help="A message (.eml, - for standard input): its To, Cc and Bcc are checked.",
)
@click.option(
    "--dns",
    is_flag=True,
    help="Ask the DNS whether the domains take mail, by [dns] of the configuration.",
)
@form("text", "json", "ndjson", told="For people; one JSON array; or one JSON object a line.")
@click.pass_obj
def command(
    context: Context,
    *,
    addresses: tuple[str, ...],
    sender: str | None,
    message: BinaryIO | None,
    dns: bool,
    form: str,
) -> int:
    """Decide about recipients: would mail to them go wrong?

    ADDRESS may stand as it is pasted: with a name, as a mailto: link, or in a list with commas.
    Without ADDRESS and --message, addresses are read from standard input, one a line; every line
    gets one answer, in order. The exit code is 0 when all may be sent, 1 when something was
    found, 3 when something could not be decided, for instance because it is no address.

    \b
    Examples:
      missent check james.mcconville@army.ml
      missent check "Jim Lee <jim@army.ml>, jane@gmail.con"
      missent check --from me@corp.example --message draft.eml
      missent check --dns jane@corp.example
      missent check --format ndjson < addresses.txt
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    if addresses and message:
        raise click.UsageError("give addresses or --message, not both")
    author = _sender(sender)
    with _asker(context, dns=dns) as said:
        guard = context.guard()
        batches: Iterable[Iterable[Answer]]
        if message:
            batches = [_message(guard, message, author, said)]
        elif addresses:
            given = [one for text in addresses for one in _pasted(text)]
            batches = [_answers(guard, given, author, said)]
        elif sys.stdin.isatty():
            raise click.UsageError(
                "give an address, --message FILE, or addresses by standard input"
            )
        else:
            batches = (
                _answers(guard, map(_line, batch), author, said)
                for batch in lines.chunks(cast("lines.Source", sys.stdin.buffer))
            )
        return _print(batches, form)


@contextmanager
def _asker(context: Context, *, dns: bool) -> Iterator[Said]:
    if not dns:
        yield lambda _: {}
        return
    from missent.cli.asking import Asking  # noqa: PLC0415  asyncio and an extra, seldom needed

    with context.blamed(), Asking(context.settings()) as asking:
        yield asking.said


def _sender(text: str | None) -> Address | None:
    try:
        return pasted.recipient(text).address if text else None
    except AddressError as error:
        raise click.BadParameter(str(error), param_hint="--from") from None


def _answers(
    guard: Guard, given: Iterable[_Given], sender: Address | None, said: Said
) -> Iterator[Answer]:
    given = list(given)
    domains = said([read.address.domain for _, read in given if isinstance(read, Recipient)])
    for text, read in given:
        if isinstance(read, Recipient):
            yield text, guard.screen(Message(sender, (read,)), domains).recipients[0]
        else:
            yield text, read


def _pasted(text: str) -> Iterator[_Given]:
    """One argument: an address, with a name or without, or a list of them."""
    given = text.strip()
    found = list(pasted.recipients(given))
    for one in found:
        each = str(one.address) if isinstance(one, Recipient) else one.text
        yield given if len(found) == 1 else each, one


def _line(text: str | None) -> _Given:
    """One line, which gets one answer."""
    if text is None:
        return "", AddressError("", 0, f"longer than {lines.LONGEST} octets, or no UTF-8")
    given = text.strip()
    try:
        return given, pasted.recipient(given)
    except AddressError as error:
        return given, error


def _message(guard: Guard, file: BinaryIO, sender: Address | None, said: Said) -> Iterator[Answer]:
    from missent.core import eml  # noqa: PLC0415  slow to import, and seldom needed

    try:
        draft = eml.read(file, sender)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--message") from None
    message = draft.message
    domains = said([recipient.address.domain for recipient in message.recipients])
    verdicts = iter(guard.screen(message, domains).recipients)
    for entry in draft.entries:
        if isinstance(entry, AddressError):
            yield entry.text, entry
        else:
            yield str(entry.address), next(verdicts)


def _print(batches: Iterable[Iterable[Answer]], form: str) -> int:
    """Print every answer as soon as it is there; returns the exit code."""
    show = _text() if form == "text" else _json
    before, after = ("[\n", "") if form == "json" else ("", "\n")
    code = 0
    for batch in batches:
        for given, answer in batch:
            sys.stdout.write(f"{before}{show(given, answer)}{after}")
            before = before and ",\n"
            code = max(code, _code(answer))
        sys.stdout.flush()
    if form == "json":
        sys.stdout.write("[]\n" if before == "[\n" else "\n]\n")
    return code


def _code(answer: RecipientVerdict | AddressError) -> int:
    if isinstance(answer, AddressError) or answer.errors:
        return UNDECIDED
    return FINDINGS if answer.action > Action.ALLOW else 0


def _json(given: str, answer: RecipientVerdict | AddressError) -> str:
    if isinstance(answer, AddressError):
        return as_json.dumps(as_json.no_address(given, answer))
    return as_json.dumps(as_json.recipient(answer, given))


def _text() -> Callable[[str, RecipientVerdict | AddressError], str]:
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    printer = Printer(colour=colour)

    def show(given: str, answer: RecipientVerdict | AddressError) -> str:  # noqa: ARG001  as _json
        if isinstance(answer, AddressError):
            return printer.no_address(answer)
        return printer.verdict(answer)

    return show
