from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import structlog

from missent.gates.relay.options import RelayOptions
from missent.smtp.listener import ListenOptions
from missent.testing.tls import certificate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from structlog.typing import EventDict


@pytest.fixture
def options(tmp_path: Path) -> RelayOptions:
    listen = ListenOptions(port=0, hostname="relay.example", grace=2)
    return RelayOptions(listen, outbox=tmp_path / "outbox")


@pytest.fixture
def log() -> Iterator[list[EventDict]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture(scope="session")
def cafile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def tls(cafile: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cafile)
    return context
