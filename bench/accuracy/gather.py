"""`python -m bench.accuracy.gather [LEAST]`: what all of the mail says about the needless prompts.

For whoever reviews them. Of every prompt in var/accuracy/needless.csv that said at least LEAST (0.3
where it is not given): how the typed and the named address, their domains and the parts of the name
that differ are used in the whole corpus, before and after, as recipients, as senders and in the
text; and whether this sender turned to the named one. It goes to var/accuracy/review.txt in the
order of a digest and without the probability, so that it is judged blind. It holds text of the mail
and stays on the machine.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.accuracy import mail, review

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FOLDER = mail.ROOT / "var" / "accuracy"
_ADDRESS = re.compile(r"[a-z0-9._%+'-]+@[a-z0-9._-]*[a-z0-9]")
_WORD = re.compile(r"[a-z]{3,}")
_NOTICE = re.compile("postmaster|mailer-daemon|mail.?delivery|undeliverable|returned mail")
_LEAST = 0.3
_AROUND = 70
_SNIPPETS = 4


class Prompt(NamedTuple):
    """A prompt to be judged."""

    at: str
    sender: str
    typed: str
    named: tuple[str, ...]


class Sending(NamedTuple):
    """A message that was sent to an address or a domain."""

    at: str
    sender: str
    subject: str
    everyone: frozenset[str]


@dataclass
class Seen:
    """Where an address, a domain or a word occurs.

    Attributes:
        sent: the messages to it.
        wrote: when it was the sender.
        texts: in how many texts it stands.
        snippets: the first of these.
        notices: those of them in notices of non-delivery.
    """

    sent: list[Sending] = field(default_factory=list)
    wrote: list[str] = field(default_factory=list)
    texts: int = 0
    snippets: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def told(self) -> str:
        """A line about it."""
        senders = len({s.sender for s in self.sent})
        days = f" {self.sent[0].at[:10]}..{self.sent[-1].at[:10]}" if self.sent else ""
        wrote = f" {self.wrote[0][:10]}..{self.wrote[-1][:10]}" if self.wrote else ""
        return (
            f"to it {len(self.sent)} by {senders}{days}; from it {len(self.wrote)}{wrote};"
            f" in texts {self.texts}; in notices {len(self.notices)}"
        )


class Corpus:
    """What occurs where in all of the mail, and the messages that were asked about."""

    def __init__(self, prompts: Iterable[Prompt]) -> None:
        """Read all of the mail."""
        self.seen: dict[str, Seen] = {}
        self.asked: dict[tuple[str, str], dict[str, Any]] = {}
        self._wanted = {(prompt.at, prompt.sender) for prompt in prompts}
        for prompt in prompts:
            for address in (prompt.typed, *prompt.named):
                for text in (address, address.partition("@")[2], *_words(address)):
                    self.seen[text] = Seen()
        with gzip.open(mail.DATA / mail.CORPUS, "rt", encoding="utf-8") as lines:
            for line in lines:
                self._note(json.loads(line))

    def _note(self, row: dict[str, Any]) -> None:
        seen, at, sender = self.seen, row["date"], row["from"].lower()
        if (at, sender) in self._wanted:
            self.asked[at, sender] = row
        sending = Sending(at, sender, row["subject"], frozenset(map(str.lower, _everyone(row))))
        for address in sending.everyone:
            for each in (address, address.partition("@")[2]):
                if each in seen:
                    seen[each].sent.append(sending)
        for each in (sender, sender.partition("@")[2]):
            if each in seen:
                seen[each].wrote.append(at)
        self._read(row["text"], f"{at[:10]} {sender}: ", sender + row["subject"].lower())

    def _read(self, text: str, said: str, of: str) -> None:
        lower = text.lower()
        found: dict[str, int] = {}
        for match in _ADDRESS.finditer(lower):
            found.setdefault(match[0], match.start())
            found.setdefault(match[0].partition("@")[2], match.start())
        for match in _WORD.finditer(_ADDRESS.sub(lambda m: " " * len(m[0]), lower)):
            found.setdefault(match[0], match.start())
        for each in found.keys() & self.seen.keys():
            entry = self.seen[each]
            entry.texts += 1
            around = text[max(found[each] - _AROUND, 0) : found[each] + _AROUND]
            snippet = said + " ".join(around.split())
            if len(entry.snippets) < _SNIPPETS:
                entry.snippets.append(snippet)
            if _NOTICE.search(of):
                entry.notices.append(snippet)


def main() -> int:
    """Gather and write."""
    least = float(sys.argv[1]) if len(sys.argv) > 1 else _LEAST
    prompts = sorted(_prompts(least), key=lambda p: review.digest(p.sender, p.typed))
    corpus = Corpus(prompts)
    path = _FOLDER / "review.txt"
    with path.open("w", encoding="utf-8") as file:
        for prompt in prompts:
            file.write("\n".join(_told(prompt, corpus)) + "\n\n")
    print(f"{path}: {len(prompts)} prompts")
    return 0


def _prompts(least: float) -> Iterator[Prompt]:
    with (_FOLDER / "needless.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if float(row["said"]) >= least:
                yield Prompt(row["at"], row["sender"], row["typed"], tuple(row["named"].split()))


def _everyone(row: dict[str, Any]) -> list[str]:
    return [*row["to"], *row["cc"], *row["bcc"]]


def _words(address: str) -> list[str]:
    return _WORD.findall(address.partition("@")[0])


def _told(prompt: Prompt, corpus: Corpus) -> Iterator[str]:
    at, sender, typed, named = prompt
    seen = corpus.seen
    yield f"=== {review.digest(sender, typed)} {at} {sender} -> {typed} ? {' '.join(named)}"
    yield f"  typed: {seen[typed].told()}"
    yield from _listed(
        "by", (f"{s.at[:16]} {s.sender} {s.subject[:50]}" for s in seen[typed].sent[:6])
    )
    yield from _listed("text", seen[typed].snippets)
    yield from _listed("notice", seen[typed].notices)
    domains = {a.partition("@")[2] for a in (typed, *named)}
    for domain in sorted(domains) if len(domains) > 1 else ():
        yield f"  {domain}: {seen[domain].told()}"
        yield from _listed("text", seen[domain].snippets[:2])
    row = corpus.asked[at, sender]
    everyone = _everyone(row)
    circle = frozenset(map(str.lower, everyone))
    for meant in named:
        yield from _named(prompt, meant, seen[meant], circle)
    meant_words = {w for m in named for w in _words(m)}
    for word in sorted(set(_words(typed)) ^ meant_words):
        yield f"  word {word}: in texts {seen[word].texts}"
        yield from _listed("text", seen[word].snippets[:3])
    alike = [a for a in everyone if a.partition("@")[2].lower() in domains]
    yield f"  message: {len(everyone)} recipients, at these domains {alike[:12]}"
    yield f"    others {[a for a in everyone if a not in alike][:14]}"
    yield f"    {row['subject'][:80]!r}: {' '.join(row['text'].split())[:300]!r}"


def _named(prompt: Prompt, meant: str, entry: Seen, circle: frozenset[str]) -> Iterator[str]:
    """The named address, what this sender did with it, and who writes there to the same circle."""
    yield f"  {meant}: {entry.told()}"
    yield from _listed("text", entry.snippets[:3])
    own = [s for s in entry.sent if s.sender == prompt.sender]
    before = [s for s in own if s.at < prompt.at]
    yield f"    by this sender {len(own)}, before {len(before)}"
    near = [*before[-2:], *[s for s in own if s.at >= prompt.at][:2]]
    yield from _listed("own", (f"{s.at[:16]} {s.subject[:60]}" for s in near))
    others = ((len(s.everyone & circle), s) for s in entry.sent if s.sender != prompt.sender)
    shared, with_it = max(others, default=(0, None), key=lambda pair: pair[0])
    if with_it:
        yield f"    {shared} of {len(circle)} recipients shared with {with_it.sender} {with_it.at}"


def _listed(name: str, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield f"    {name} {line}"


if __name__ == "__main__":
    sys.exit(main())
