"""The plan, in SQL that DuckDB and Spark both read. Counts are exact; ties are broken by name.

A delivery is one message at one recipient. The same message is logged on each host that it passes,
and by a filter twice; the last attempt tells its fate, and what was merely passed on tells nothing
unless nothing else does.
"""

from __future__ import annotations

from typing import Final

from missent.audit.events.table import Status

_D, _F, _B, _R, _P = (
    int(s)
    for s in (Status.DELIVERED, Status.DEFERRED, Status.BOUNCED, Status.REFUSED, Status.PASSED)
)

NEEDS_MERGING: Final = """
SELECT message FROM events GROUP BY message, recipient HAVING count(*) > 1 LIMIT 1
"""
ONCE: Final = """
SELECT began, ended, sender, recipient, via, status, message, octets FROM events
"""
MERGED: Final = f"""
SELECT min(began) AS began, max(ended) AS ended, max(sender) AS sender, recipient,
  max(via) AS via,
  CAST(max(CASE WHEN status = {_P} THEN {_P} ELSE ended * 8 + status END) % 8 AS INT) AS status,
  message, max(octets) AS octets
FROM events GROUP BY message, recipient
"""

_COUNTS: Final = f"""
count(*) AS messages,
  count(*) FILTER (WHERE status = {_D}) AS delivered,
  count(*) FILTER (WHERE status = {_F}) AS deferred,
  count(*) FILTER (WHERE status = {_B}) AS bounced,
  count(*) FILTER (WHERE status = {_R}) AS refused,
  count(*) FILTER (WHERE status = {_P}) AS passed,
  min(began) AS first, max(began) AS last, sum(coalesce(octets, 0)) AS octets
"""
_ADDED: Final = ", ".join(
    f"sum({name}) AS {name}"
    for name in ("messages", "delivered", "deferred", "bounced", "refused", "passed")
)
_SPAN: Final = "min(first) AS first, max(last) AS last, sum(octets) AS octets"

PAIRS: Final = f"""
SELECT coalesce(sender, '?') AS sender, recipient, max(via) AS via, {_COUNTS}
FROM deliveries WHERE sender IS NULL OR sender <> ''
GROUP BY coalesce(sender, '?'), recipient
"""
"""Notices have no sender and are left out; `?` stands for a sender that the log does not tell."""

ADDRESSES: Final = f"""
SELECT recipient, split_part(recipient, '@', -1) AS domain, count(*) AS senders, {_ADDED}, {_SPAN}
FROM pairs GROUP BY recipient
"""
DOMAINS: Final = f"""
SELECT domain, count(*) AS recipients, {_ADDED}, {_SPAN} FROM addresses GROUP BY domain
ORDER BY domain
"""
WRITERS: Final = """
SELECT split_part(sender, '@', -1) AS domain, sum(messages) AS messages, count(*) AS pairs,
  min(first) AS first, max(last) AS last
FROM pairs WHERE {inside} GROUP BY split_part(sender, '@', -1) ORDER BY domain
"""
"""Domains that wrote to the organisation: they are real, whatever they look like."""

TOTALS: Final = f"""
SELECT count(*) AS messages, min(began) AS first, max(ended) AS last,
  count(*) FILTER (WHERE sender = '') AS notices,
  count(*) FILTER (WHERE status = {_D}) AS delivered,
  count(*) FILTER (WHERE status = {_F}) AS deferred,
  count(*) FILTER (WHERE status = {_B}) AS bounced,
  count(*) FILTER (WHERE status = {_R}) AS refused,
  count(*) FILTER (WHERE status = {_P}) AS passed
FROM deliveries
"""
DAYS: Final = """
SELECT CAST(floor(began / 86400) AS BIGINT) AS day, count(*) AS deliveries FROM deliveries
WHERE began IS NOT NULL GROUP BY CAST(floor(began / 86400) AS BIGINT) ORDER BY day
"""

# Around the domains that deserve a look: the table `looks(domain)`.
LOOKED: Final = """
SELECT p.sender, p.recipient, p.via, p.messages, p.delivered, p.deferred, p.bounced, p.refused,
  p.passed, p.first, p.last, p.octets, l.domain
FROM pairs p JOIN looks l ON split_part(p.recipient, '@', -1) = l.domain
"""
MOST_USED: Final = """
SELECT domain, sender, recipient, bounced
FROM (SELECT *, row_number() OVER (
  PARTITION BY domain ORDER BY messages DESC, recipient, sender) AS place FROM looked) AS ranked
WHERE place <= {most} ORDER BY domain, place
"""
HABIT: Final = """
SELECT domain, count(DISTINCT sender) AS senders, count(DISTINCT recipient) AS recipients
FROM looked WHERE delivered > 0 GROUP BY domain ORDER BY domain
"""
HABIT_OF_MEANT: Final = """
SELECT m.domain, count(DISTINCT p.sender) AS senders
FROM pairs p JOIN meant m ON split_part(p.recipient, '@', -1) = m.domain
GROUP BY m.domain ORDER BY m.domain
"""
SAME_LOCAL: Final = """
SELECT recipient, senders, messages, bounced, first, last
FROM (SELECT a.recipient, a.senders, a.messages, a.bounced, a.first, a.last,
    row_number() OVER (PARTITION BY l.local ORDER BY a.recipient) AS place
  FROM addresses a JOIN locals l
  ON substr(a.recipient, 1, length(a.recipient) - length(a.domain) - 1) = l.local) AS found
WHERE place <= {most} ORDER BY recipient
"""
SOME_AT_MEANT: Final = """
SELECT domain, recipient
FROM (SELECT a.domain, a.recipient,
    row_number() OVER (PARTITION BY a.domain ORDER BY a.recipient) AS place
  FROM addresses a JOIN meant m ON a.domain = m.domain) AS found
WHERE place <= {most} ORDER BY domain, recipient
"""
TWIN_PAIRS: Final = """
SELECT p.sender, p.recipient, p.messages, p.bounced, p.first, p.last
FROM pairs p JOIN twins t ON p.recipient = t.recipient JOIN writers w ON p.sender = w.sender
ORDER BY p.sender, p.recipient
"""
SENDER_DOMAINS: Final = """
SELECT p.sender, split_part(p.recipient, '@', -1) AS domain, sum(p.messages) AS messages,
  min(p.first) AS first, max(p.last) AS last
FROM pairs p JOIN meant m ON split_part(p.recipient, '@', -1) = m.domain
  JOIN writers w ON p.sender = w.sender
GROUP BY p.sender, split_part(p.recipient, '@', -1) ORDER BY p.sender, domain
"""

# Of the domains where mail went wrong: the table `wrong(domain)`; of those that pose as one of
# ours, `posing(domain)`. Both make a table of deliveries that are looked at.
WRONG_PAIRS: Final = """
SELECT l.domain, l.sender, l.recipient, l.via, l.messages, l.delivered, l.deferred, l.bounced,
  l.refused, l.passed, l.first, l.last, l.octets
FROM looked l JOIN wrong w ON l.domain = w.domain ORDER BY l.domain, l.recipient, l.sender
"""
WRONG: Final = """
SELECT d.*, w.domain FROM deliveries d JOIN wrong w ON split_part(d.recipient, '@', -1) = w.domain
WHERE d.sender IS NULL OR d.sender <> ''
"""
POSED_PAIRS: Final = """
SELECT w.domain, p.sender, p.recipient, p.via, p.messages, p.delivered, p.deferred, p.bounced,
  p.refused, p.passed, p.first, p.last, p.octets
FROM pairs p JOIN posing w ON split_part(p.sender, '@', -1) = w.domain
ORDER BY w.domain, p.recipient, p.sender
"""
POSED: Final = """
SELECT d.*, w.domain FROM deliveries d JOIN posing w ON split_part(d.sender, '@', -1) = w.domain
"""
DISTINCT_MESSAGES: Final = """
SELECT domain, count(DISTINCT message) AS messages FROM {deliveries}
GROUP BY domain ORDER BY domain
"""
BY_DAY: Final = """
SELECT domain, coalesce(sender, '?') AS sender, recipient,
  CAST(floor(began / 86400) AS BIGINT) AS day, count(*) AS deliveries
FROM {deliveries} GROUP BY domain, coalesce(sender, '?'), recipient,
  CAST(floor(began / 86400) AS BIGINT)
ORDER BY domain, recipient, sender, day
"""
