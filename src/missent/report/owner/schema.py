"""The published JSON Schema of the report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from missent.report.owner.model import FORMAT, VERSION, Report

FILE = Path(__file__).parent / f"{FORMAT}-{VERSION}.schema.json"


def make() -> dict[str, Any]:
    """The schema, as the types have it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{FORMAT}, version {VERSION}",
    } | Report.model_json_schema(mode="serialization")


def dumps() -> str:
    """What stands in `FILE`."""
    return json.dumps(make(), indent=2) + "\n"
