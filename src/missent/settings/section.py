"""What all sections of the configuration share, and the values that stand in several of them."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from missent.core.address import Address, Domain
from missent.core.pattern import Pattern


class Section(BaseModel):
    """One table of the file. A field's docstring is its manual."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", use_attribute_docstrings=True
    )


def _domain(text: str) -> str:
    return Domain.parse(text).name


def _address(text: str) -> str:
    return str(Address.parse(text))


def _pattern(text: str) -> str:
    Pattern.parse(text)
    return text


def _network(text: str) -> str:
    return str(ip_network(text))


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("it must not be empty; say something")
    return text


DomainName = Annotated[str, AfterValidator(_domain)]
AddressText = Annotated[str, AfterValidator(_address)]
PatternText = Annotated[str, AfterValidator(_pattern)]
NetworkText = Annotated[str, AfterValidator(_network)]
Said = Annotated[str, AfterValidator(_said)]
Seconds = Annotated[float, Field(gt=0, le=86400)]
Count = Annotated[int, Field(ge=1)]
ActionName = Literal["allow", "warn", "hold", "block"]
# TOML knows strings and arrays; strictly taken, neither is a path or a tuple.
File = Annotated[Path, Field(strict=False)]
DomainNames = Annotated[tuple[DomainName, ...], Field(strict=False)]
Networks = Annotated[tuple[NetworkText, ...], Field(strict=False)]
Texts = Annotated[tuple[str, ...], Field(strict=False)]
