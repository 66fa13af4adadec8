"""What stands in the log: one event a line, JSON for machines or text for people."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Literal

import structlog

if TYPE_CHECKING:
    from structlog.typing import Processor


def configure(form: Literal["json", "text"], level: str) -> None:
    """Let every room's structlog events go to standard error.

    Args:
        form: `json` or `text`.
        level: the least important events to be written: debug, info, warning or error.
    """
    last: Processor
    if form == "json":
        last = structlog.processors.JSONRenderer()
    else:
        last = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=20)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=form == "json"),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        # A line and its end in one write: several processes share the stream, and the kernel keeps
        # apart what is no longer than PIPE_BUF.
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
