"""Under CI nothing may be skipped: a test that did not run proves nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Generator

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
