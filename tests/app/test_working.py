from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from missent.app import working
from missent.core.errors import ConfigError, StoreError


@pytest.mark.parametrize(
    ("error", "code", "event"),
    [
        (None, 0, None),
        (ConfigError("web.listen: no"), 2, "configuration"),
        (StoreError("the store is away"), 3, "cannot serve"),
        (OSError("the address is in use"), 3, "cannot serve"),
    ],
)
def test_what_ends_a_worker_is_told_in_one_line(
    error: Exception | None, code: int, event: str | None
) -> None:
    async def serve() -> None:
        await asyncio.sleep(0)
        if error is not None:
            raise error

    with capture_logs() as told:
        assert working.work(serve, "missent.serve") == code
    assert [(one["event"], one["reason"]) for one in told] == (
        [(event, str(error))] if event else []
    )


def test_settings_that_cannot_be_read_end_it_likewise() -> None:
    def read() -> int:
        raise ConfigError("policy.mod is no setting")

    async def serve(_settings: int) -> None:
        pytest.fail("it serves without settings")

    assert working.work(lambda: serve(read()), "missent.serve") == 2
