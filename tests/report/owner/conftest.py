from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from missent.memory.refusals import Key, Row
from missent.report.owner import signing
from missent.sinkhole.evidence.sketch import Sketch
from missent.sinkhole.evidence.summary import Source, of_owner, summarise
from missent.testing.sinkhole import LOOKALIKES

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from missent.report.owner.model import Report


def row(day: int, typed: str, organisation: str, kind: str, count: int) -> Row:
    meant = typed.replace(".ml", ".mil").replace("1", "l")
    sketch = Sketch((number * 2654435761 + 17) << 30 & (2**64 - 1) for number in range(count))
    return Row(Key(day, meant, typed, organisation, kind), count, 2 * count, sketch.dump())


ROWS = [
    row(20_000, "army.ml", "contractor.example", "people", 40),
    row(20_001, "army.ml", "contractor.example", "people", 30),
    row(20_000, "navy.ml", "contractor.example", "unclear", 6),
    row(20_000, "army.ml", "jane-doe.example", "people", 2),
    row(20_002, "secret-unit.ml", "jane-doe.example", "people", 1),
    row(20_000, "army.ml", "", "bulk", 9000),
    row(20_000, "examp1e.org", "contractor.example", "people", 50),
]


@pytest.fixture
def report() -> Report:
    mine, pairs = of_owner(ROWS, LOOKALIKES, "mil")
    source = Source("Registry", "abuse@registry.example", k=5)
    return summarise(mine, pairs, "mil", (20_000, 20_002), source)


@pytest.fixture
def key(tmp_path: Path) -> Ed25519PrivateKey:
    signing.make_key(tmp_path / "key.pem")
    return signing.read_key(tmp_path / "key.pem")


@pytest.fixture
def public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()
