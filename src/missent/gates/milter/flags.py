"""The numbers of milter protocol version 6: what a filter may do, which steps it is spared."""

from __future__ import annotations

from enum import IntEnum, IntFlag

VERSION = 6
PACKET_OCTETS = 1 << 20  # the largest size that an MTA can agree to (`Step.PACKETS_OF_1M`)
CHUNK_OCTETS = 65535  # of a body, in either direction


class Ability(IntFlag):
    """What a filter asks to be allowed to do to a message (`SMFIF_*`)."""

    ADD_HEADERS = 0x001
    CHANGE_BODY = 0x002
    ADD_RECIPIENTS = 0x004
    DELETE_RECIPIENTS = 0x008
    CHANGE_HEADERS = 0x010
    QUARANTINE = 0x020
    CHANGE_SENDER = 0x040
    ADD_RECIPIENTS_WITH_PARAMETERS = 0x080
    CHOOSE_MACROS = 0x100


class Step(IntFlag):
    """What a filter asks the MTA not to send, or to send otherwise (`SMFIP_*`).

    `NO_*` steps are not sent at all. `SILENT_*` steps are sent, and the MTA goes on without
    waiting for an answer.
    """

    NO_CONNECT = 0x1
    NO_HELO = 0x2
    NO_MAIL = 0x4
    NO_RCPT = 0x8
    NO_BODY = 0x10
    NO_HEADERS = 0x20
    NO_END_OF_HEADERS = 0x40
    SILENT_HEADERS = 0x80
    NO_UNKNOWN = 0x100
    NO_DATA = 0x200
    SKIP = 0x400
    REJECTED_RECIPIENTS = 0x800
    SILENT_CONNECT = 0x1000
    SILENT_HELO = 0x2000
    SILENT_MAIL = 0x4000
    SILENT_RCPT = 0x8000
    SILENT_DATA = 0x10000
    SILENT_UNKNOWN = 0x20000
    SILENT_END_OF_HEADERS = 0x40000
    SILENT_BODY = 0x80000
    LEADING_SPACE = 0x100000
    PACKETS_OF_256K = 0x10000000
    PACKETS_OF_1M = 0x20000000


class Stage(IntEnum):
    """Where a list of macros is wanted (`SMFIM_*`)."""

    CONNECT = 0
    HELO = 1
    MAIL = 2
    RCPT = 3
    DATA = 4
    END_OF_MESSAGE = 5
    END_OF_HEADERS = 6
