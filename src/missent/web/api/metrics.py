"""What is counted for Prometheus; docs/reference/metrics.md lists it, and a test compares."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.multiprocess import MultiProcessCollector

from missent._version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """The metrics of one process; where several serve, a scrape adds them up.

    Attributes:
        requests: to the API, by method, route and status.
        seconds: they took, by route.
        screened: recipients that the API was asked about, by action.
        refused: requests that were not let in: `token`, `scope` or `rate`.
        messages: that gates decided.
        recipients: of them, by action and by what became of them.
        held: messages that wait, as of the scrape.
        contacts: pairs that the memory knows, likewise.
        waiting: writes that wait for the store, likewise.
        build: the version.
    """

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self.requests = Counter(
            "missent_api_requests", "Requests to the API.", ["method", "route", "status"],
            registry=registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "missent_api_request_seconds", "How long an answer took.", ["route"],
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self.screened = Counter(
            "missent_api_screened_recipients", "Recipients that the API was asked about.",
            ["action"], registry=registry,
        )  # fmt: skip
        self.refused = Counter(
            "missent_api_refused", "Requests that were not let in.", ["reason"], registry=registry
        )
        self.messages = Counter(
            "missent_gate_messages", "Messages that gates decided.", registry=registry
        )
        self.recipients = Counter(
            "missent_gate_recipients", "Recipients that gates decided about.",
            ["action", "outcome"], registry=registry,
        )  # fmt: skip
        self.held = Gauge(
            "missent_held_messages", "Held messages that wait for somebody.",
            registry=registry, multiprocess_mode="mostrecent",
        )  # fmt: skip
        self.contacts = Gauge(
            "missent_contacts", "Pairs of sender and address that the memory knows.",
            registry=registry, multiprocess_mode="mostrecent",
        )  # fmt: skip
        self.waiting = Gauge(
            "missent_store_waiting", "Writes that wait for the store.",
            registry=registry, multiprocess_mode="livesum",
        )  # fmt: skip
        self.build = Gauge(
            "missent_build_info", "The version that runs.", ["version"],
            registry=registry, multiprocess_mode="mostrecent",
        )  # fmt: skip
        self.build.labels(__version__).set(1)
        if not _together():  # a process's memory, CPU time and open files mean nothing added up
            ProcessCollector(registry=registry)
        for reason in ("token", "scope", "rate"):
            self.refused.labels(reason)

    def decided(self, recipients: Iterable[tuple[str, str]]) -> None:
        """Count what a gate did with a message: action and outcome of each recipient."""
        self.messages.inc()
        for action, outcome in recipients:
            self.recipients.labels(action, outcome).inc()

    def text(self) -> bytes:
        """All of them, in Prometheus' text format."""
        if _together():
            together = CollectorRegistry()
            MultiProcessCollector(together)  # type: ignore[no-untyped-call]
            return generate_latest(together)
        return generate_latest(self._registry)

    def listed(self) -> Iterator[tuple[str, str, Sequence[str], str]]:
        """Each metric's name, kind, labels and meaning."""
        for one in vars(self).values():
            if isinstance(one, MetricWrapperBase):
                (family,) = one.describe()
                name = f"{family.name}_total" if family.type == "counter" else family.name
                yield name, family.type, one._labelnames, family.documentation  # noqa: SLF001


def _together() -> bool:
    return "PROMETHEUS_MULTIPROC_DIR" in os.environ
