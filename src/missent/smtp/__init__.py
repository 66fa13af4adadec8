"""SPEAKS: the server's side of SMTP, shared by every room that takes mail in.

`wire`, `arguments`, `replies`, `events` and `session` are sans-I/O: bytes in, events out.
`connection` and `listener` bring them to asyncio.
"""
