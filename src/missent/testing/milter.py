"""The MTA's side of a milter conversation: one written out, and a client that speaks it."""

from __future__ import annotations

from missent.gates.milter import commands as c

POSTFIX_SAYS: tuple[c.Command, ...] = (
    c.Negotiate(6, 0x1FF, 0x1FFFFF),
    c.Macros("C", {"{daemon_name}": "ORIGINATING"}),
    c.Connect("desk.corp.example", "ipv4", 40000, "192.0.2.7"),
    c.Macros("M", {"{auth_authen}": "ann"}),
    c.Mail("<ann@corp.example>", ("SIZE=300",)),
    c.Rcpt("<gen@army.ml>"),
    c.Macros("R", {"i": "4c9QyF1"}),
    c.Rcpt("<bob@partner.example>"),
    c.Header("Message-ID", "<1@corp.example>"),
    c.Header("Subject", "Lunch"),
    c.EndOfHeaders(),
    c.Macros("E", {"i": "4c9QyF1"}),
    c.EndOfMessage(),
    c.Quit(),
)
POSTFIX_SAYS_OCTETS = (
    b"\x00\x00\x00\x0dO\x00\x00\x00\x06\x00\x00\x01\xff\x00\x1f\xff\xff"
    b"\x00\x00\x00\x1cDC{daemon_name}\x00ORIGINATING\x00"
    b"\x00\x00\x00\x20Cdesk.corp.example\x004\x9c\x40192.0.2.7\x00"
    b"\x00\x00\x00\x14DM{auth_authen}\x00ann\x00"
    b"\x00\x00\x00\x1dM<ann@corp.example>\x00SIZE=300\x00"
    b"\x00\x00\x00\x0fR<gen@army.ml>\x00"
    b"\x00\x00\x00\x0cDRi\x004c9QyF1\x00"
    b"\x00\x00\x00\x17R<bob@partner.example>\x00"
    b"\x00\x00\x00\x1dLMessage-ID\x00<1@corp.example>\x00"
    b"\x00\x00\x00\x0fLSubject\x00Lunch\x00"
    b"\x00\x00\x00\x01N"
    b"\x00\x00\x00\x0cDEi\x004c9QyF1\x00"
    b"\x00\x00\x00\x01E"
    b"\x00\x00\x00\x01Q"
)
