"""Looks at a Postfix's configuration from the milter's side, and says what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from missent.gates.milter import postconf
from missent.gates.milter.probe import probe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from missent.gates.endpoint import Endpoint
    from missent.gates.milter.postconf import Configuration, Listed, Service
    from missent.gates.milter.run import MilterOptions

Severity = Literal["error", "warning", "hint"]

_SUBMISSION = {"submission", "submissions", "smtps", "587", "465"}
_SIGNERS = re.compile(r"dkim|rspamd|amavis|arc|sign", re.IGNORECASE)
_MARGIN = 5  # seconds between our deadline and the MTA's


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to be mended.

    Attributes:
        name: what kind of thing; it does not change.
        severity: `error` breaks the gate, `warning` may surprise, `hint` is worth knowing.
        where: main.cf, or a service of master.cf.
        text: what is wrong, and why it matters.
        mend: what to write instead.
    """

    name: str
    severity: Severity
    where: str
    text: str
    mend: str


def examine(
    found: Configuration, options: MilterOptions, endpoints: Sequence[Endpoint], *, enforced: bool
) -> list[Advice]:
    """Compare a Postfix with our own settings.

    Args:
        found: the Postfix.
        options: the milter's.
        endpoints: where it listens.
        enforced: whether the policy acts on what it finds.

    Returns:
        What should be mended; nothing where all is well.
    """
    doctor = _Doctor(found, options, [_name(e.text, found) for e in endpoints], enforced=enforced)
    advice = [*doctor.protocol(), *doctor.local(), *doctor.services(), *doctor.holding()]
    return list(dict.fromkeys(advice))


def ask(endpoints: Sequence[Endpoint]) -> list[Advice]:
    """Ask every place where the milter should listen."""
    found = []
    for endpoint in endpoints:
        wrong = probe(endpoint)
        if wrong:
            found.append(
                Advice(
                    "no-answer",
                    "error",
                    endpoint.text,
                    f"nobody answers here: {wrong}",
                    "start missent, and look into its log",
                )
            )
    return found


def _name(endpoint: str, found: Configuration) -> str:
    """One spelling for each place: Postfix reads a relative path below its queue directory."""
    kind, _, rest = endpoint.partition(":")
    if kind in ("unix", "local"):
        return f"unix:{Path(found.main.get('queue_directory', '/')) / rest}"
    host, _, port = rest.rpartition(":")
    return f"inet:{host.lower().replace('localhost', '127.0.0.1')}:{port}"


class _Doctor:
    def __init__(
        self, found: Configuration, options: MilterOptions, ours: list[str], *, enforced: bool
    ) -> None:
        self._found = found
        self._options = options
        self._ours = ours
        self._enforced = enforced

    def protocol(self) -> Iterator[Advice]:
        version = self._found.main.get("milter_protocol", "6")
        if version.isdigit() and int(version) < 6:  # noqa: PLR2004  the one with all steps
            yield Advice(
                "protocol", "error", "main.cf",
                f"milter_protocol is {version}: before 6 the queue id and the login may be missing",
                "milter_protocol = 6",
            )  # fmt: skip

    def local(self) -> Iterator[Advice]:
        listed = postconf.milters(self._found.main.get("non_smtpd_milters", ""))
        mine = self._mine(listed, chroot=self._found.local_chroot)
        if mine is None:
            if outside := self._mine(listed):
                yield self._chrooted(outside, "cleanup/unix")
            elif self._options.gate.ours.local:
                yield Advice(
                    "local-mail", "warning", "main.cf",
                    "mail of the sendmail command goes by unseen: non_smtpd_milters lacks missent",
                    f"non_smtpd_milters = {self._place()}",
                )  # fmt: skip
            return
        yield from self._entry_advice(mine, self._found.main, "main.cf")

    def services(self) -> Iterator[Advice]:
        seen = False
        for service in self._found.services:
            listed = postconf.milters(service.get("smtpd_milters"))
            mine = self._mine(listed, chroot=service.chroot)
            submission = self._takes_submission(service)
            if mine is None:
                if outside := self._mine(listed):
                    seen = True
                    yield self._chrooted(outside, service.name)
                elif submission:
                    yield Advice(
                        "not-listed", "error", service.name,
                        "our users send here, and smtpd_milters lacks missent",
                        f"-o smtpd_milters={self._place()}",
                    )  # fmt: skip
                continue
            seen = True
            if submission:
                yield from self._recognised(service)
            if "no_milters" in service.get("receive_override_options"):
                yield Advice(
                    "no-milters", "error", service.name,
                    "receive_override_options=no_milters turns all milters off",
                    "take no_milters out of receive_override_options",
                )  # fmt: skip
            yield from self._order(service, listed, mine)
            yield from self._entry_advice(mine, service.settings, service.name)
        if not seen and not any(map(self._takes_submission, self._found.services)):
            yield Advice(
                "not-listed", "error", "main.cf",
                "no smtpd of this Postfix asks missent",
                f"smtpd_milters = {self._place()}, at the service by which your users send; "
                "deploy/postfix has it ready",
            )  # fmt: skip

    def holding(self) -> Iterator[Advice]:
        untold = self._options.desk.hold_by == "queue" and self._options.notice is None
        if self._enforced and untold:
            yield Advice(
                "untold", "warning", "missent.toml",
                "what is held waits in Postfix's hold queue, with its good recipients too, and "
                "nobody is told",
                'the section [hold], which asks the sender; or [notice]; or milter.hold_by = '
                '"refuse-once"',
            )  # fmt: skip

    def _chrooted(self, mine: Listed, where: str) -> Advice:
        queue = self._found.main.get("queue_directory", "")
        path = mine.endpoint.partition(":")[2]
        return Advice(
            "chroot", "error", where,
            f"it sees nothing outside {queue} (chroot in master.cf), and looks for the socket at "
            f"{queue}{path}: missent is never asked",
            f"postconf -F {where}/chroot=n, then restart Postfix",
        )  # fmt: skip

    def _order(self, service: Service, listed: Sequence[Listed], mine: Listed) -> Iterator[Advice]:
        for before in listed[: listed.index(mine)]:
            if _SIGNERS.search(before.endpoint):
                yield Advice(
                    "order", "warning", service.name,
                    f"{before.endpoint} works before missent: it signs what may then be refused",
                    f"name {mine.endpoint} first in smtpd_milters",
                )  # fmt: skip

    def _entry_advice(
        self, mine: Listed, settings: Mapping[str, str], where: str
    ) -> Iterator[Advice]:
        def value(name: str) -> str:
            return mine.settings.get(name) or settings.get(f"milter_{name}", "")

        yield from self._default_action(value("default_action"), where)
        deadline = self._options.desk.deadline
        for name in ("command_timeout", "content_timeout"):
            limit = postconf.seconds(value(name))
            if limit is not None and limit < deadline + _MARGIN:
                yield Advice(
                    "timeout", "error", where,
                    f"milter_{name} is {limit} s, and missent takes up to {deadline:g} s: Postfix "
                    "gives up first, and does without missent for the rest of the SMTP session",
                    f"milter_{name} = {int(deadline) + 25}s, or a lower milter.deadline",
                )  # fmt: skip

    def _default_action(self, action: str, where: str) -> Iterator[Advice]:
        if self._enforced and action == "accept":
            yield Advice(
                "default-action", "warning", where,
                "milter_default_action = accept lets all mail pass while missent is not there",
                "milter_default_action = tempfail",
            )  # fmt: skip
        elif self._enforced and action in ("reject", "discard"):
            yield Advice(
                "default-action", "error", where,
                f"milter_default_action = {action} loses mail while missent is not there",
                "milter_default_action = tempfail",
            )  # fmt: skip
        elif not self._enforced and action != "accept":
            yield Advice(
                "default-action", "warning", where,
                f"missent only monitors, but milter_default_action = {action} stops mail while it "
                "is not there",
                "milter_default_action = accept, until the policy is enforced",
            )  # fmt: skip

    def _recognised(self, service: Service) -> Iterator[Advice]:
        ours = self._options.gate.ours
        signs_in = ours.authenticated and service.get("smtpd_sasl_auth_enable") == "yes"
        named = service.get("milter_macro_daemon_name") in ours.services
        if signs_in or named or ours.networks or ours.sender_domains:
            return
        yield Advice(
            "not-recognised", "error", service.name,
            "missent takes what comes here for other people's mail: nobody signs in, and the "
            f"{{daemon_name}} macro is {service.get('milter_macro_daemon_name')!r}",
            "-o milter_macro_daemon_name=ORIGINATING",
        )  # fmt: skip

    def _takes_submission(self, service: Service) -> bool:
        return (
            service.name.partition("/")[0].rpartition(":")[2] in _SUBMISSION
            or service.get("milter_macro_daemon_name") in self._options.gate.ours.services
        )

    def _mine(self, listed: Sequence[Listed], *, chroot: bool = False) -> Listed | None:
        return next(
            (one for one in listed if self._place_of(one, chroot=chroot) in self._ours), None
        )

    def _place_of(self, one: Listed, *, chroot: bool) -> str:
        """Where a service finds a milter: in a chroot an absolute path begins at its root."""
        kind, _, path = one.endpoint.partition(":")
        if chroot and kind in ("unix", "local") and path.startswith("/"):
            return f"unix:{self._found.main.get('queue_directory', '')}{path}"
        return _name(one.endpoint, self._found)

    def _place(self) -> str:
        return self._ours[0] if self._ours else "unix:/run/missent/milter.sock"
