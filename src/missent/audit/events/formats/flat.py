"""Message events of one row a recipient, as JSON Lines or Parquet: what any program can write.

Fields: `date` (ISO 8601, or seconds since the epoch), `sender`, `recipient`, `status` ("delivered",
"deferred", "bounced", "refused" or "passed"; without it "delivered"), `message` (the Message-ID),
`size` in octets and `via`. Only `date` and `recipient` must be there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missent.audit.events import duck, values
from missent.audit.events.table import Status
from missent.audit.events.text import chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.audit.events.interface import Head, ReadOptions, Sink, Source

FIELDS: Final = ("date", "sender", "recipient", "status", "message", "size", "via")
_STATUS = " ".join(f"WHEN '{s.name.lower()}' THEN {int(s)}" for s in Status)
_NAMES = ", ".join(f"'{s.name.lower()}'" for s in Status)
_ROWS = f"""
WITH dated AS (
  SELECT *, coalesce(floor(try_cast(date AS DOUBLE))::BIGINT, {values.moment("date")}) AS began
  FROM {{rows}}
)
SELECT began, began AS ended, lower(sender) AS sender, lower(recipient) AS recipient,
  lower(via) AS via, CASE lower(coalesce(status, 'delivered')) {_STATUS} END AS status,
  {values.message("message", "line")} AS message, try_cast(size AS BIGINT) AS octets,
  CASE WHEN began IS NULL OR recipient IS NULL OR NOT contains(recipient, '@')
    OR lower(coalesce(status, 'delivered')) NOT IN ({_NAMES})
    THEN line END AS malformed
FROM dated
"""
_JSON = ", ".join(f"json ->> '$.{name}' AS {name}" for name in FIELDS)


class JsonEvents:
    """Events as JSON Lines."""

    name = "events"
    title = "events as JSON Lines"

    def recognises(self, head: Head) -> bool:
        """Whether the first object has the two fields that must be there."""
        start = head.text.lstrip()[:4096]
        return start.startswith("{") and '"recipient"' in start and '"date"' in start

    def read(self, source: Source, options: ReadOptions, sink: Sink) -> Iterator[None]:  # noqa: ARG002
        """Read events; see `Format`."""
        rows = f"(SELECT {_JSON}, line FROM {{source}} WHERE line <> '')"
        for chunk in chunks(source):
            sink.objects(chunk, _ROWS.replace("{rows}", rows))
            yield


class ParquetEvents:
    """Events as Parquet."""

    name = "parquet"
    title = "events as Parquet"

    def recognises(self, head: Head) -> bool:
        """Whether the file says that it is Parquet."""
        return head.text.startswith("PAR1")

    def read(self, source: Source, options: ReadOptions, sink: Sink) -> Iterator[None]:  # noqa: ARG002
        """Read events; see `Format`."""
        there = sink.columns(source.path)
        missing = {"date", "recipient"} - set(there)
        if missing:
            raise ValueError(f"{source.name}: no column {' nor '.join(sorted(missing))}")
        source.unknown = tuple(name for name in there if name not in FIELDS)
        picks = ", ".join(
            f"{name}::VARCHAR AS {name}" if name in there else f"NULL::VARCHAR AS {name}"
            for name in FIELDS
        )
        shown = ", ".join(f"{duck.name(name)}::VARCHAR" for name in there)
        picks += f", concat_ws(' ', {shown}) AS line"
        rows = f"(SELECT {picks} FROM read_parquet({duck.text(source.path)}))"
        sink.parquet(_ROWS.replace("{rows}", rows))
        yield
