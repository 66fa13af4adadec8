from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from missent.testing.tls import certificate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def cafile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def tls(cafile: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cafile)
    return context
