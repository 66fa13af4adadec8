"""The evidence in words: what was typed, what was probably meant, and what is known of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.known import standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.core.evidence.case import Case
    from missent.core.finding import Json
    from missent.core.suspects import Suspect


def of_domain(case: Case, suspects: Sequence[Suspect]) -> str:
    """Say why another domain was probably meant."""
    typed, first = case.address.domain.unicode, suspects[0]
    history = case.facts.history
    twin = case.address.at(first.name)
    words = f"`{typed}` is `{first.name}` {first.slip.words}; "
    if history.pair(case.sender, twin.key):
        words += f"this sender has written to `{twin}`; "
    elif history.address(twin.key):
        words += f"people here have written to `{twin}`; "
    else:
        known = standing(first.name, case.facts, case.sender).words
        words += f"`{first.name}` is {known}; " if known else ""
    words += _use_of(case, case.domain is not None, typed)
    return words + _others(suspects)


def of_local(case: Case, suspects: Sequence[Suspect]) -> str:
    """Say why another mailbox at the same domain was probably meant."""
    first, domain = suspects[0], case.address.domain.name
    use = case.facts.history.address(f"{first.name}@{domain}")
    own = case.facts.history.pair(case.sender, f"{first.name}@{domain}")
    local = case.address.key.rpartition("@")[0]
    words = f"`{local}` is `{first.name}` {first.slip.words}; "
    if own:
        words += f"this sender has written to `{first.name}@{domain}` {_times(own.sent)}; "
    elif use:
        words += f"people here have written to `{first.name}@{domain}` {_times(use.sent)}; "
    words += _use_of(case, case.use is not None, str(case.address))
    return words + _others(suspects)


def in_numbers(case: Case, suspects: Sequence[Suspect], typed: str) -> dict[str, Json]:
    """The same as plain values."""
    first, here = suspects[0], case.use
    return {
        "typed": typed,
        "meant": first.name,
        "slip": first.slip.kind,
        "log_odds": round(first.log_odds, 2),
        "typed_sent": here.sent if here else 0,
        "typed_bounced": here.bounced if here else 0,
        "candidates": [s.name for s in suspects],
    }


def _use_of(case: Case, used: bool, typed: str) -> str:  # noqa: FBT001  private, one caller a kind
    here = case.use
    if here is not None and here.bounced:
        return f"mail to `{case.address}` came back."
    if used:
        return f"nobody has ever written here from `{typed}`."
    return f"nobody here has written to `{typed}`."


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _others(suspects: Sequence[Suspect]) -> str:
    return "".join(f" It may also be `{other.name}`." for other in suspects[1:])
