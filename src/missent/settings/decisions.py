"""The sections that decisions rest on."""

from __future__ import annotations

from datetime import date  # noqa: TC003  pydantic reads the annotations
from typing import Annotated, Literal

from pydantic import Field

from missent.settings.section import (
    ActionName,
    DomainNames,
    File,
    PatternText,
    Said,
    Section,
)


class Organisation(Section):
    """Who we are, and with whom we deal. It makes the guard better; nothing here is needed."""

    domains: DomainNames = ()
    """Our own mail domains: their owners are colleagues, and a slip near them is a slip."""
    partners: DomainNames = ()
    """Domains that we write to: names near them are questioned before any mail was learned."""
    protected: DomainNames = ()
    """Zones to be protected as `.mil` and `.gov` are: a slip near them blocks at 0.9."""


class PolicyRule(Section):
    """One row of the policy: findings like this ask for this action. The strictest row wins."""

    code: Annotated[str, Field(pattern=r"^(\*|[A-Z]\d{0,3})$")]
    """A check (`T101`), a family (`T`) or `*`."""
    probability: Annotated[float, Field(ge=0, le=1)]
    """The least probability that the row applies to."""
    action: ActionName
    """What it asks for: `allow`, `warn`, `hold` or `block`."""
    protected: bool = False
    """True: only for findings about protected zones."""


class PolicySection(Section):
    """What is done about findings."""

    mode: Literal["monitor", "enforce"] = "monitor"
    """`monitor` records what would have been done and lets all mail pass; `enforce` acts."""
    rules: Annotated[tuple[PolicyRule, ...] | None, Field(strict=False)] = None
    """The rows of the policy; they replace the built-in ones, which docs/reference/checks.md
    lists."""
    feeds: Annotated[tuple[File, ...], Field(strict=False)] = ()
    """Files that `missent feed` writes: names that a sinkhole reported, blocked as rules of X901.
    One that is not there yet is empty; gates that run see a change within seconds."""


class OwnRule(Section):
    """A rule of the organisation: mail to these recipients is a finding of X901."""

    pattern: PatternText
    """`gen@army.ml`, `army.ml` (that domain alone) or `*.ml` (every name below)."""
    owner: Said
    """Who answers for the rule."""
    reason: Said
    """Why it was made; the sender reads it."""
    expires: date | None = None
    """The first day (UTC) on which it no longer holds; without it, it holds for good."""
    sender: PatternText | None = None
    """The senders it is for; without it, for all."""


class ExceptionEntry(Section):
    """Recipients who may be written to in spite of findings."""

    pattern: PatternText
    """`gen@army.ml`, `army.ml` (that domain alone) or `*.ml` (every name below)."""
    owner: Said
    """Who answers for the exception."""
    reason: Said
    """Why it was given."""
    expires: date | None = None
    """The first day (UTC) on which it no longer holds; without it, it holds for good."""
    sender: PatternText | None = None
    """The senders it is for; without it, for all."""
