"""Rows of the documented shape of each export, written by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from missent.audit.events.table import Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Read = Callable[..., Any]
    Rows = Callable[..., list[tuple[Any, ...]]]

EXCHANGE = """\
#Software: Microsoft Exchange Server
#Version: 15.01.2507.006
#Log-type: Message Tracking Log
#Fields: date-time,client-ip,server-hostname,source,event-id,message-id,network-message-id,\
recipient-address,recipient-status,total-bytes,recipient-count,message-subject,sender-address,shoe
2024-01-02T03:04:05.123Z,,mb1,SMTP,RECEIVE,<m4@x>,n1,gen@army.ml;jane@gone.example,,5,2,Hi,ann@corp.example,
2024-01-02T03:04:06.123Z,,mb1,SMTP,SENDEXTERNAL,<m4@x>,n1,gen@army.ml,,5,2,"a ""b"",
c",ann@corp.example,
2024-01-02T03:04:07.123Z,,mb1,DSN,FAIL,<m4@x>,n1,jane@gone.example,,5,2,Hi,ann@corp.example,
broken,row
not a date,,mb1,SMTP,SEND,<m5@x>,n2,x@y.example,,5,1,Hi,ann@corp.example,
"""
OLD_TRACE = """\
"MessageTraceId","Received","SenderAddress","RecipientAddress","FromIP","ToIP",\
"Subject","Status","Size"
"t1","1/2/2024 3:04:05 AM","Ann@Corp.example","gen@army.ml","","","s","Delivered","5"
"t1","2024-01-02T03:04:06.1234567","ann@corp.example","jane@gone.example","","","s","Failed","5"
"""
TRACE_V2 = """\
id,messageId,receivedDateTime,senderAddress,recipientAddress,subject,status,size,fromIP,toIP
t1,<m@x>,2024-01-02T03:04:05Z,ann@corp.example,gen@army.ml,s,delivered,5,,
t1,<m@x>,2024-01-02T03:04:06Z,ann@corp.example,jane@gone.example,s,failed,5,,
"""
ENHANCED = """\
origin_timestamp,sender_address,recipient_status,message_subject,total_bytes,message_id,\
network_message_id,directionality
2024-01-02T03:04:05.12Z,ann@corp.example,"gen@army.ml##Receive, Send;\
jane@gone.example##Receive, Fail",s,5,<m@x>,n,Originating
"""
GOOGLE = """\
Message ID,Start date,End date,Sender,Message size,Subject,Direction,Attachments,\
Recipient address,Event target,Event status
<m@x>,2024/01/02 03:04:05 UTC,2024/01/02 03:04:06 UTC,ann@corp.example,5,Hi,Sent,\
0,gen@army.ml,mx,Delivered
<m@x>,2024/01/02 03:04:06 UTC,,ann@corp.example,5,Hi,Sent,0,jane@gone.example,mx,Bounced
"""
EXPECTED = [
    ("ann@corp.example", "gen@army.ml", None, Status.DELIVERED),
    ("ann@corp.example", "jane@gone.example", None, Status.BOUNCED),
]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (EXCHANGE, "exchange"),
        (OLD_TRACE, "microsoft365"),
        (TRACE_V2, "microsoft365"),
        (ENHANCED, "microsoft365"),
        (GOOGLE, "google"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_read(reading: Read, rows: Rows, text: str, form: str, encoding: str) -> None:
    found = reading(text.replace("\n", "\r\n").encode(encoding))
    assert found.sources[0].format == form
    assert rows(found) == EXPECTED
    assert len({row[0] for row in rows(found, "message")}) == 1
    assert {row[0] for row in rows(found, "octets")} == {5}
    assert rows(found, "began")[0][0] == 1704164645 + (form == "exchange")


def test_bad_rows_are_counted_and_columns_named(reading: Read) -> None:
    source = reading(EXCHANGE).sources[0]
    assert source.tally.skipped == 2
    assert source.unknown == ("shoe",)


def test_bigquery(reading: Read, rows: Rows) -> None:
    def row(to: str, reply: int) -> str:
        info = {
            "rfc2822_message_id": "<m@x>",
            "payload_size": "5",
            "source": {"address": "ann@corp.example"},
            "destination": [{"address": to}],
            "connection_info": {"smtp_reply_code": str(reply)},
        }
        event = {"timestamp_usec": "1704164645000000", "success": reply < 400}
        return json.dumps({"message_info": info, "event_info": event}) + "\n"

    found = reading(row("gen@army.ml", 250) + row("jane@gone.example", 550) + "{}\nno json\n")
    assert found.sources[0].format == "google-bigquery"
    assert rows(found) == EXPECTED
    assert found.sources[0].tally.skipped == 2


def test_events_as_json_lines(reading: Read, rows: Rows) -> None:
    text = (
        '{"date": "2024-01-02T03:04:05Z", "sender": "ann@corp.example",'
        ' "recipient": "gen@army.ml"}\n'
        '{"date": 1704164646, "sender": "ann@corp.example", "recipient": "jane@gone.example",'
        ' "status": "bounced", "size": 5, "message": "m"}\n'
        '{"date": "never", "recipient": "x@y.example"}\n'
    )
    found = reading(text)
    assert found.sources[0].format == "events"
    assert rows(found) == EXPECTED
    assert found.sources[0].tally.skipped == 1


def test_events_as_parquet(reading: Read, rows: Rows, tmp_path: Path) -> None:
    path = tmp_path / "e.parquet"
    connect = pytest.importorskip("duckdb").connect
    connect().execute(
        "COPY (SELECT '2024-01-02 03:04:05' AS date, 'ann@corp.example' AS sender,"
        f" 'gen@army.ml' AS recipient, 1 AS shoe) TO '{path}' (FORMAT parquet)"
    )
    found = reading(path)
    assert rows(found) == EXPECTED[:1]
    assert found.sources[0].unknown == ("shoe",)


def test_mailboxes_go_through_the_readers_of_learning(reading: Read, rows: Rows) -> None:
    mail = (
        "From a Tue Jan  2 03:04:05 2024\nFrom: Ann <ann@corp.example>\nTo: gen@army.ml\n"
        "Date: Tue, 2 Jan 2024 03:04:05 +0000\nMessage-ID: <m@x>\n\nhello\n"
    )
    lines = (
        '{"id": "<m@x>", "date": 1704164645, "from": "ann@corp.example", "to": ["gen@army.ml"]}\n'
    )
    found = reading(mail, lines)
    assert [source.format for source in found.sources] == ["mbox", "jsonl"]
    assert rows(found) == EXPECTED[:1] * 2
    assert len({row[0] for row in rows(found, "message")}) == 1
