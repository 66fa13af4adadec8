"""The replies that are the same for everyone."""

from __future__ import annotations

BYE = b"221 2.0.0 bye\r\n"
OK = b"250 2.0.0 ok\r\n"
SENDER = b"250 2.1.0 ok\r\n"
GO_AHEAD = b"220 2.0.0 go ahead\r\n"
NO_CONTENT = b"554 5.5.1 no recipient was accepted; no content is taken here\r\n"
NOT_VERIFIED = b"252 2.5.2 not verified\r\n"
HELP = b"214 2.0.0 EHLO HELO MAIL RCPT RSET NOOP QUIT; no content is taken here\r\n"
HELLO_FIRST = b"503 5.5.1 say EHLO first\r\n"
MAIL_FIRST = b"503 5.5.1 say MAIL first\r\n"
BAD_SENDER = b"501 5.1.7 write MAIL FROM:<address>\r\n"
BAD_RECIPIENT = b"501 5.1.3 write RCPT TO:<address>; your message was not received\r\n"
NEEDS_UTF8 = b"553 5.6.7 an address like this needs SMTPUTF8; your message was not received\r\n"
UNKNOWN = b"500 5.5.2 unknown command\r\n"
NOT_OFFERED = b"502 5.5.1 not offered here\r\n"
FATAL = b"502 5.5.1 not offered here; closing\r\n"
BARE = b"500 5.5.2 a line ends with CR LF; closing\r\n"
LONG = b"500 5.5.2 line too long; closing\r\n"
ERRORS = b"421 4.7.0 too many errors; closing\r\n"
ENOUGH = b"421 4.7.0 too many commands; closing\r\n"
EARLY_TLS = b"503 5.5.1 wait for the reply to STARTTLS (RFC 3207); closing\r\n"
SLOW = b"421 4.4.2 you took too long; closing\r\n"
STOPPING = b"421 4.3.2 shutting down; try again later\r\n"

SIMPLE = {"auth": NOT_OFFERED, "help": HELP, "noop": OK, "vrfy": NOT_VERIFIED}
