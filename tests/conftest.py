"""Under CI nothing may be skipped: a test that did not run proves nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

from missent.testing.sites import Sites

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

# How long an example takes tells of the machine's other work, and fails no test.
settings.register_profile("full", deadline=None, suppress_health_check=(HealthCheck.too_slow,))
# For `make check`; everything else runs Hypothesis' own number of examples.
settings.register_profile("quick", settings.get_profile("full"), max_examples=20)
settings.load_profile("full")

NOTHING_SKIPPED = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def _refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    if NOTHING_SKIPPED and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped, and CI=true lets nothing be skipped: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse(report)
    return report


@pytest.fixture(autouse=True, scope="session")
def _loggers() -> Iterator[None]:
    """Let no logger keep what a command set up that some test ran in this process."""
    real = structlog.configure

    def configure(**options: Any) -> None:
        real(**options | {"cache_logger_on_first_use": False})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structlog, "configure", configure)
        yield


@pytest.fixture
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sites]:
    """The sites of an owner, of the registries and of their list; all programs reach them."""
    hosts = ("example.org", "www.example.org", "data.iana.org", "rdap.iana.org", "rdap.example")
    with Sites(tmp_path, hosts) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


def pytest_runtest_teardown() -> None:
    structlog.reset_defaults()
