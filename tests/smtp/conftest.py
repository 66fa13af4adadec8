from __future__ import annotations

import ssl

import pytest

from missent.testing.tls import certificate


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate(tmp_path_factory.mktemp("tls")))
    return context
