from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from missent.testing.api import Api, api_at

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    """The API, without a token."""
    async with api_at(tmp_path, organisation={"domains": ["corp.example"]}) as found:
        yield found
