"""What a command looks like, as patterns over the receive buffer: nothing is cut out of it."""

from __future__ import annotations

import re

_DOT_STRING = rb"[^\s<>()\[\]\\,;:@\"\x00-\x1f\x7f-\xff]+"
_QUOTED = rb'"(?:[^"\\\x00-\x1f\x7f-\xff]|\\[ -~])*"'
_UTF8 = (
    rb"(?:[^\s<>()\[\]\\,;:@\"\x00-\x1f\x7f-\xff]|[\xc3-\xdf][\x80-\xbf]"
    rb"|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})+"
)
_PATH = rb" ?<(%b)@([A-Za-z0-9\x80-\xff._\-\[\]:]{1,255})>"
_MORE = rb"( [ -~]*)?\r\n"  # parameters; what they ask for plays no part in a refusal
RCPT = re.compile(rb"(?i:rcpt to:)" + _PATH % (_DOT_STRING + b"|" + _QUOTED) + rb"(?: [ -~]*)?\r\n")
# Matches where it is tried, be it the empty string: so `finditer` goes from line to line, not on.
PLAIN_RCPT = re.compile(
    rb"(?i:rcpt to:) ?<([^\s<>()\[\]\\,;:@\"\x00-\x1f\x7f-\xff]{1,64}+)"
    rb"@[A-Za-z0-9\x80-\xff._\-\[\]:]{1,255}+>\r\n|"
)
RCPT_UTF8 = re.compile(rb"(?i:rcpt to:)" + _PATH % _UTF8 + _MORE)
MAIL = re.compile(
    rb"(?i:mail from:)" + _PATH % (_DOT_STRING + b"|" + _QUOTED + b"|" + _UTF8) + _MORE
)
MAIL_NULL = re.compile(rb"(?i:mail from:) ?<>" + _MORE)
POSTMASTER = re.compile(rb"(?i:rcpt to:) ?<(?i:postmaster)>\r\n")
VERB = re.compile(
    rb"(?i)(?:(?P<ehlo>ehlo|helo) (?P<name>[!-~]{1,255})|(?P<data>data)|(?P<rset>rset)"
    rb"|(?P<quit>quit)|(?P<noop>noop)(?: [ -~]*)?|(?P<starttls>starttls)|(?P<mail>mail[ :]?.*)"
    rb"|(?P<rcpt>rcpt[ :]?.*)|(?P<vrfy>vrfy .*)|(?P<help>help(?: .*)?)|(?P<auth>auth .*)"
    rb"|(?P<fatal>(?:bdat|burl|get|head|post|put|options|connect|xclient|xforward)\b.*)"
    rb")[ \t]*\r\n"
)
SMTPUTF8 = re.compile(rb"(?i) smtputf8(?= |$)")
PERSON = re.compile(rb"[A-Za-z]{1,20}(?:[._-][A-Za-z]{2,20}){1,3}[0-9]{0,4}")
NOISE = re.compile(rb"[A-Za-z]*[0-9]{5,}.*|[bcdfghjklmnpqrstvwxz]{6,}.*|[A-Fa-f0-9]{12,}")
