"""The whole file: read, checked, and its faults told with the mend."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from errno import EACCES
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from missent.core.errors import ConfigError
from missent.settings.decisions import ExceptionEntry, Organisation, OwnRule, PolicySection
from missent.settings.exposure import ExposureSection  # noqa: TC001  pydantic reads it
from missent.settings.gates import MilterSection, NoticeSection, RelaySection, ServeSection
from missent.settings.hold import HoldSection  # noqa: TC001  pydantic reads it
from missent.settings.rooms import DnsSection, LogSection, StoreSection
from missent.settings.section import Section
from missent.settings.sinkhole import SinkholeSection  # noqa: TC001  pydantic reads it
from missent.settings.web import WebSection  # noqa: TC001  pydantic reads it

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

_SHOWN = 60  # characters of a value that is refused
_LARGEST = 1 << 20  # octets; no configuration written by people comes near it


class Settings(Section):
    """The whole file."""

    organisation: Organisation = Organisation()
    policy: PolicySection = PolicySection()
    rule: Annotated[tuple[OwnRule, ...], Field(strict=False)] = ()
    exception: Annotated[tuple[ExceptionEntry, ...], Field(strict=False)] = ()
    store: StoreSection = StoreSection()
    dns: DnsSection = DnsSection()
    log: LogSection = LogSection()
    serve: ServeSection = ServeSection()
    relay: RelaySection | None = None
    milter: MilterSection | None = None
    notice: NoticeSection | None = None
    hold: HoldSection | None = None
    web: WebSection | None = None
    sinkhole: SinkholeSection | None = None
    exposure: ExposureSection | None = None


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
        mend = "run as a user who may read it, or name" if error.errno == EACCES else "name"
        raise ConfigError(f"{path}: {error.strerror}; {mend} another file with --config") from None
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
