"""The section of what looks around for lookalikes while `missent serve` runs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from missent.settings.section import AddressText, File, Section


class ExposureSection(Section):
    """Looks at the lookalikes of `organisation.domains` again and again.

    It runs where this section stands; it needs a store and the extra `dns`. Every change is written
    to the log.
    """

    every: Annotated[int, Field(ge=60)] = 86400
    """Seconds between two looks, of all processes that share the store."""
    limit: Annotated[int, Field(ge=1, le=20_000)] = 500
    """Lookalikes of each domain."""
    webhook: Annotated[str, Field(pattern=r"^(https?://\S+)?$", examples=["https://x.example"])] = (
        ""
    )
    """Where changes are sent besides, as JSON by POST; no password stands here."""
    webhook_token_file: File | None = None
    """The file whose first line is sent as `Authorization: Bearer`."""
    mail_to: Annotated[tuple[AddressText, ...], Field(strict=False)] = ()
    """Addresses that are told of changes by mail, besides; `[notice]` says by which server."""
    rdap: bool = False
    """Whether the registries are asked about names that take mail, the likeliest 100, one a second:
    then it is told too that one is about to change hands, or did. It needs the extra `contact`."""
