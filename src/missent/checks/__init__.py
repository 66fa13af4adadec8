"""LOOKS. Pure. One file, one code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.checks.r301 import NullMx
from missent.checks.r302 import NoRoute
from missent.checks.t101 import LookalikeDomain
from missent.checks.t102 import MistypedSuffix
from missent.checks.t103 import Confusable
from missent.checks.t104 import MistypedLocalPart
from missent.checks.t105 import WrongOrganisation
from missent.checks.x901 import Blocklist

if TYPE_CHECKING:
    from missent.core.check import Check

# Every check, by its code. A new one is written in a file of its own and added here.
ALL: tuple[type[Check], ...] = (
    LookalikeDomain,
    MistypedSuffix,
    Confusable,
    MistypedLocalPart,
    WrongOrganisation,
    NullMx,
    NoRoute,
    Blocklist,
)
