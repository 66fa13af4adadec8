"""The peer: a purepythonmilter that looks at the envelope and continues, in its own process.

Start it with a Python that has it: `trivial_purepythonmilter.py PORT`. It has no Unix sockets.
"""

# The peer's own interface, and it is installed elsewhere.
# mypy: ignore-errors

import logging
import sys

import purepythonmilter as ppm

logging.getLogger().setLevel(logging.ERROR)


async def on_mail_from(_command: ppm.MailFrom) -> ppm.VerdictOrContinue:
    return ppm.Continue()


async def on_rcpt_to(_command: ppm.RcptTo) -> ppm.VerdictOrContinue:
    return ppm.Continue()


async def on_end_of_message(_command: ppm.EndOfMessage) -> ppm.VerdictOrContinue:
    return ppm.Continue()


ppm.PurePythonMilter(
    name="trivial",
    hook_on_mail_from=on_mail_from,
    hook_on_rcpt_to=on_rcpt_to,
    hook_on_end_of_message=on_end_of_message,
).run_server(host="127.0.0.1", port=int(sys.argv[1]))
