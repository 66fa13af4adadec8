"""What is said of a Postfix, from its settings as `postconf` would list them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from missent.core.address import Address
from missent.gates.endpoint import Endpoint
from missent.gates.milter import doctor, postconf
from missent.gates.milter.desk import DeskOptions
from missent.gates.milter.postconf import Configuration, Listed, Service
from missent.gates.milter.run import MilterOptions
from missent.gates.notice import NoticeOptions

PLACE = "unix:/run/missent/milter.sock"
MAIN = {
    "queue_directory": "/var/spool/postfix",
    "smtpd_milters": "",
    "non_smtpd_milters": PLACE,
    "milter_default_action": "tempfail",
    "milter_command_timeout": "30s",
    "milter_content_timeout": "300s",
    "milter_protocol": "6",
}
OPTIONS = MilterOptions(desk=DeskOptions(hold_by="hold"))
GOOD = {"smtpd_milters": PLACE, "milter_macro_daemon_name": "ORIGINATING"}


def names(
    main: dict[str, str] | None = None,
    submission: dict[str, str] | None = None,
    *,
    chroot: bool = False,
    enforced: bool = True,
    options: MilterOptions | None = None,
) -> list[str]:
    whole = MAIN | (main or {})
    service = Service("submission/inet", chroot, whole | GOOD | (submission or {}))
    found = Configuration(whole, (Service("smtp/inet", chroot=False, settings=whole), service))
    advice = doctor.examine(found, options or OPTIONS, [Endpoint(PLACE)], enforced=enforced)
    assert all(one.text and one.mend and one.where for one in advice)
    return [one.name for one in advice]


def test_nothing_to_mend() -> None:
    assert names() == []
    assert names({"milter_default_action": "accept"}, enforced=False) == []
    assert names(submission={"smtpd_milters": "unix:../../../run/missent/milter.sock"}) == [
        "not-listed"
    ]


@pytest.mark.parametrize(
    ("main", "submission", "found"),
    [
        ({"milter_protocol": "2"}, {}, ["protocol"]),
        ({"non_smtpd_milters": ""}, {}, ["local-mail"]),
        ({}, {"smtpd_milters": "inet:localhost:8891"}, ["not-listed"]),
        ({}, {"smtpd_milters": f"inet:localhost:8891, {PLACE}"}, []),
        ({}, {"smtpd_milters": f"unix:/run/opendkim.sock {PLACE}"}, ["order"]),
        ({}, {"smtpd_milters": f"{PLACE} unix:/run/opendkim.sock"}, []),
        ({}, {"milter_default_action": "accept"}, ["default-action"]),
        ({}, {"milter_default_action": "reject"}, ["default-action"]),
        ({}, {"milter_command_timeout": "6s"}, ["timeout"]),
        ({}, {"milter_content_timeout": "1s"}, ["timeout"]),
        ({}, {"smtpd_milters": f"{{ {PLACE}, command_timeout=3s }}"}, ["timeout"]),
        ({}, {"smtpd_milters": f"{{ {PLACE}, default_action=accept }}"}, ["default-action"]),
        ({}, {"receive_override_options": "no_milters"}, ["no-milters"]),
        ({}, {"milter_macro_daemon_name": "mx"}, ["not-recognised"]),
        ({}, {"milter_macro_daemon_name": "mx", "smtpd_sasl_auth_enable": "yes"}, []),
    ],
)
def test_each_thing_that_can_be_wrong(
    main: dict[str, str], submission: dict[str, str], found: list[str]
) -> None:
    assert names(main, submission) == found


def test_in_monitor_mode_a_gate_that_stops_mail_is_told() -> None:
    assert set(names(enforced=False)) == {"default-action"}


def test_the_deadline_is_compared() -> None:
    options = MilterOptions(desk=DeskOptions(deadline=27, hold_by="hold"))
    assert set(names(options=options)) == {"timeout"}


def test_held_mail_of_which_nobody_hears_is_told() -> None:
    queue = MilterOptions(desk=DeskOptions(hold_by="queue"))
    assert names(options=queue) == ["untold"]
    told = replace(queue, notice=NoticeOptions(Address.parse("missent@corp.example")))
    assert names(options=told) == []
    monitored = names({"milter_default_action": "accept"}, options=queue, enforced=False)
    assert monitored == []


def test_a_socket_inside_the_chroot_is_found() -> None:
    place = Endpoint("unix:/var/spool/postfix/missent/m.sock")
    service = Service("submission/inet", chroot=True, settings=MAIN | GOOD | {
        "smtpd_milters": "unix:/missent/m.sock"})  # fmt: skip
    main = MAIN | {"non_smtpd_milters": "unix:missent/m.sock"}
    found = Configuration(main, (service,))
    assert doctor.examine(found, OPTIONS, [place], enforced=True) == []


def test_a_socket_outside_the_chroot_is_told() -> None:
    assert names(chroot=True) == ["chroot"]
    found = Configuration(MAIN, (Service("submission/inet", False, MAIN | GOOD),), True)
    (advice,) = doctor.examine(found, OPTIONS, [Endpoint(PLACE)], enforced=True)
    assert (advice.name, advice.where) == ("chroot", "cleanup/unix")
    assert "/var/spool/postfix/run/missent/milter.sock" in advice.text
    assert advice.mend.startswith("postconf -F cleanup/unix/chroot=n")


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("", ()),
        ("inet:a:1 unix:/b,inet:c:2", ("inet:a:1", "unix:/b", "inet:c:2")),
        ("{ inet:a:1, connect_timeout=10s, default_action=accept }", ("inet:a:1",)),
    ],
)
def test_lists_of_milters(text: str, listed: tuple[str, ...]) -> None:
    assert tuple(one.endpoint for one in postconf.milters(text)) == listed


def test_settings_in_braces() -> None:
    assert postconf.milters("{ inet:a:1, connect_timeout=10s, default_action=accept }") == (
        Listed("inet:a:1", {"connect_timeout": "10s", "default_action": "accept"}),
    )


def test_times() -> None:
    assert [postconf.seconds(t) for t in ("30s", "5m", "2", "1h", "soon")] == [
        30, 300, 2, 3600, None,
    ]  # fmt: skip


def test_nobody_answers() -> None:
    (advice,) = doctor.ask([Endpoint("unix:/nonexistent/m.sock")])
    assert (advice.name, advice.severity) == ("no-answer", "error")
