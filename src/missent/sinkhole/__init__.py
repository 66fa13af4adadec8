"""TURNS AWAY mail for lookalike domains, counts it, keeps no content.

`mapping`, `answers`, `dialogue` are sans-I/O. `connection` and `server` bring them to asyncio;
`evidence/` is what is kept: numbers.
"""
