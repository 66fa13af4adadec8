"""The configuration file, as types: what may stand in it, and what is wrong with it."""

from __future__ import annotations

import tomllib
from datetime import date  # noqa: TC003  pydantic reads the annotations
from difflib import get_close_matches
from pathlib import Path  # noqa: TC003  likewise
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from missent.core.address import Domain
from missent.core.errors import ConfigError
from missent.core.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import ErrorDetails

_SHOWN = 60  # characters of a value that is refused
_LARGEST = 1 << 20  # octets; no configuration written by people comes near it


def _domain(text: str) -> str:
    return Domain.parse(text).name


def _pattern(text: str) -> str:
    Pattern.parse(text)
    return text


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("it must not be empty")
    return text


DomainName = Annotated[str, AfterValidator(_domain)]
PatternText = Annotated[str, AfterValidator(_pattern)]
Said = Annotated[str, AfterValidator(_said)]
# TOML has arrays; a frozen model has tuples.
DomainNames = Annotated[tuple[DomainName, ...], Field(strict=False)]
ActionName = Literal["allow", "warn", "hold", "block"]


class Section(BaseModel):
    """What all sections share."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", use_attribute_docstrings=True
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
    """The rows of the policy; they replace the built-in ones, which docs/reference/policy.md
    lists."""


class OwnRule(Section):
    """A rule of the organisation: mail to these recipients is a finding of X901."""

    pattern: PatternText
    """`gen@army.ml`, `army.ml` (that domain alone) or `*.ml` (every name below)."""
    owner: Said
    """Who answers for the rule."""
    reason: Said
    """Why it was made; the sender reads it."""


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


class StoreSection(Section):
    """Where it is remembered who writes to whom."""

    url: str = ""
    """`sqlite:///var/lib/missent/missent.db` or `postgresql://missent@host/missent`; without it
    nothing is remembered. No password stands here."""
    password_file: Annotated[Path | None, Field(strict=False)] = None
    """A file that holds the password of the store, in its first line."""
    retention_days: Annotated[int, Field(ge=1)] = 1826
    """A contact unused for longer is forgotten, in days."""


class DnsSection(Section):
    """What is asked of the DNS about recipients' domains."""

    enabled: Literal[False] = False
    """Not in this release: R301 and R302 look at what a caller of the library supplies."""


class LogSection(Section):
    """What is written to standard error, one line an event."""

    format: Literal["json", "text"] = "json"
    """One JSON object a line, or text for people."""
    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least important lines to be written."""
    addresses: Literal["full", "domain", "hashed"] = "full"
    """Mail addresses as they are, as their domain alone, or as a keyed hash."""
    hash_key_file: Annotated[Path | None, Field(strict=False)] = None
    """The key of `hashed`; without it each start makes a new one, and two runs cannot be joined."""


class Settings(Section):
    """The whole file."""

    organisation: Organisation = Organisation()
    policy: PolicySection = PolicySection()
    rule: Annotated[tuple[OwnRule, ...], Field(strict=False)] = ()
    exception: Annotated[tuple[ExceptionEntry, ...], Field(strict=False)] = ()
    store: StoreSection = StoreSection()
    dns: DnsSection = DnsSection()
    log: LogSection = LogSection()


def load(path: Path) -> Settings:
    """Read a configuration file.

    Raises:
        ConfigError: it cannot be read, is no TOML, or says something that has no meaning here;
            with the file, the key and the mend.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; name another file with --config") from None
    if len(content) > _LARGEST:
        raise ConfigError(f"{path}: longer than {_LARGEST} octets; is it the right file?")
    try:
        said = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: octet {error.start + 1} is no UTF-8; save it as such") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: no TOML: {error}") from None
    return parse(said, str(path))


def parse(said: Mapping[str, Any], source: str) -> Settings:
    """Read settings from a mapping such as tomllib returns.

    Raises:
        ConfigError: as in `load`; `source` names where it came from.
    """
    try:
        return Settings.model_validate(said)
    except ValidationError as error:
        faults = "\n".join(
            f"{source}: {_fault(detail)}" for detail in error.errors(include_url=False)
        )
        raise ConfigError(faults) from None


def _fault(detail: ErrorDetails) -> str:
    path = detail["loc"]
    key = key_path(path)
    if detail["type"] == "extra_forbidden":
        return f"{key} is no setting; {_mend(path)}"
    if detail["type"] == "missing":
        return f"{key} is missing; add it"
    if detail["type"] == "value_error":
        return f"{key}: {detail['ctx']['error']}"
    given = repr(detail["input"])
    given = given if len(given) <= _SHOWN else given[:_SHOWN] + "..."
    return f"{key}: {detail['msg'][:1].lower()}{detail['msg'][1:]}, not {given}"


def key_path(path: tuple[int | str, ...]) -> str:
    """`("exception", 0, "owner")` as `exception[1].owner`, counted as people count."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _mend(path: tuple[int | str, ...]) -> str:
    *parents, wrong = path
    known = list(_known_keys(tuple(parents)))
    near = get_close_matches(str(wrong), known, n=1, cutoff=0.5)
    if near:
        return f"did you mean {key_path((*parents, near[0]))}?"
    return f"known here: {', '.join(known)}"


def _known_keys(path: tuple[int | str, ...]) -> Iterator[str]:
    model: type[BaseModel] = Settings
    for part in path:
        if isinstance(part, str):
            model = section_of(model.model_fields[part].annotation) or model
    yield from model.model_fields


def section_of(annotation: Any) -> type[Section] | None:
    """The section in an annotation such as `tuple[OwnRule, ...] | None`, if there is one."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    inner = (section_of(a) for a in getattr(annotation, "__args__", ()))
    return next((found for found in inner if found), None)
