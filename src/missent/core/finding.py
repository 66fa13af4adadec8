"""What a check saw."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from missent.core.address import Address

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
_NO_EVIDENCE: Mapping[str, Json] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Finding:
    """One observation about one recipient. It reports; the policy decides.

    Attributes:
        code: the permanent code of the check.
        probability: that the message would go wrong at this recipient, from 0 to 1.
        summary: the evidence in words, one or two sentences.
        did_you_mean: the addresses that were probably meant, best first.
        evidence: what the summary rests on, as plain JSON values.
        protected: the meant name lies in a protected zone, or a rule of the organisation says so.
    """

    code: str
    probability: float
    summary: str
    did_you_mean: tuple[Address, ...] = ()
    evidence: Mapping[str, Json] = field(default_factory=lambda: _NO_EVIDENCE)
    protected: bool = False
