"""schemathesis: whatever is sent, no answer is a fault of ours, and none is undocumented.

`MISSENT_API_EXAMPLES` sets how many requests are made up for each operation.
"""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from missent.memory.decided import Decision
from missent.memory.interface import Batch
from missent.testing.api import api_at
from missent.testing.hold import hold
from missent.web.api.app import describe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_EXAMPLES = int(os.environ.get("MISSENT_API_EXAMPLES", "12"))
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    allow_header_conformance,
    unsupported_method,
    negative_data_rejection,
    ignored_auth,
]


@schemathesis.serializer("message/rfc822")
def _mail(_: schemathesis.SerializationContext, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


SCHEMA = schemathesis.openapi.from_dict(describe().openapi())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Where the API is served by a thread of its own, and a secret for all of it."""
    found: list[tuple[str, str]] = []
    ready, over = threading.Event(), threading.Event()

    async def serve(folder: Path) -> None:
        limits = {"per_token": 1_000_000, "per_address": 1_000_000}
        async with api_at(folder, web={"url": "http://x", "api": limits}) as api:
            made = [Decision(at, "a@b.example", "c@d.example", "hold", ("T101",)) for at in (1, 2)]
            await api.store.write(Batch(decisions=made))
            for _ in range(3):
                await hold(api.room)
            found.append((str(api.http.base_url), await api.secret()))
            ready.set()
            await asyncio.to_thread(over.wait)

    folder = tmp_path_factory.mktemp("api")
    thread = threading.Thread(target=lambda: asyncio.run(serve(folder)), daemon=True)
    thread.start()
    assert ready.wait(90)  # of a machine that is busy
    yield found[0]
    over.set()
    thread.join(30)


@pytest.mark.slow
@SCHEMA.parametrize()
@settings(
    max_examples=_EXAMPLES,
    deadline=None,
    derandomize=_EXAMPLES <= 12,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_answer_is_a_fault_or_undocumented(
    case: schemathesis.Case[Any], served: tuple[str, str]
) -> None:
    url, secret = served
    case.call_and_validate(
        base_url=url, headers={"Authorization": f"Bearer {secret}"}, checks=_CHECKS
    )
