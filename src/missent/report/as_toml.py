"""A configuration as TOML: the standard library reads it, but does not write it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


def dumps(tables: Mapping[str, Any]) -> str:
    """Write tables, and arrays of tables, of plain values; what is None vanishes.

    Values are what tomllib returns: str, bool, int, float, dates, arrays and (inline) tables.
    Anything else, such as a path, is written as the string that it prints as.
    """
    parts: list[str] = []
    for name, content in tables.items():
        if isinstance(content, Mapping):
            parts.append(_table(f"[{name}]", content))
        elif content is not None:
            parts.extend(_table(f"[[{name}]]", row) for row in content)
    return "\n".join(parts)


def _table(head: str, content: Mapping[str, Any]) -> str:
    rows = [f"{key} = {_value(value)}\n" for key, value in content.items() if value is not None]
    return f"{head}\n{''.join(rows)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        inner = (f"{k} = {_value(v)}" for k, v in value.items() if v is not None)
        return "{ " + ", ".join(inner) + " }"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, int | float) or hasattr(value, "isoformat"):
        return str(value)
    # JSON's escapes are TOML's; DEL is the one control character that JSON leaves as it is.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
