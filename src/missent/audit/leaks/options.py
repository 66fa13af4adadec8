"""What is looked for among the mail of a log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from missent.core.facts import NO_PERMISSIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.core.check import Check
    from missent.core.permission import Permissions
    from missent.core.policy import Policy


@dataclass(frozen=True, slots=True)
class FindOptions:
    """What is decided, and how.

    Attributes:
        policy: which findings lead to which action.
        checks: what is looked for.
        own: the organisation's domains, as `Domain.name`; empty where not known.
        exceptions: what the organisation allowed in spite of a finding.
    """

    policy: Policy
    checks: Sequence[Check]
    own: frozenset[str] = frozenset()
    exceptions: Permissions = NO_PERMISSIONS
