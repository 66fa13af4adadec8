"""The peer: a pymilter that looks at the envelope and continues. It runs in a process of its own.

Start it with a Python that has pymilter (Debian: python3-milter): `trivial_pymilter.py SOCKET`.
"""

# The peer's own interface, and it is installed elsewhere.
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN002, ANN201, D102

import sys

import Milter


class Trivial(Milter.Base):
    """Continues at each step that missent looks at too; pymilter leaves out the others."""

    def envfrom(self, _path, *_parameters):
        return Milter.CONTINUE

    def envrcpt(self, _path, *_parameters):
        return Milter.CONTINUE

    def eom(self):
        return Milter.CONTINUE


Milter.factory = Trivial
Milter.runmilter("trivial", sys.argv[1], timeout=600)
