"""`missent user`: who may sign in to the console."""

from __future__ import annotations

import click

from missent.cli.parts import Parts


class _Commands(Parts):
    modules = {  # noqa: RUF012  as `Parts` says
        "add": "missent.cli.users.accounts:add",
        "link": "missent.cli.users.ways_in:link",
        "list": "missent.cli.users.accounts:list_",
        "passwd": "missent.cli.users.ways_in:passwd",
        "remove": "missent.cli.users.accounts:remove",
        "role": "missent.cli.users.accounts:role",
        "totp": "missent.cli.users.ways_in:totp",
        "unlock": "missent.cli.users.ways_in:unlock",
    }


@click.group(name="user", cls=_Commands)
def command() -> None:
    """Say who may sign in to the console.

    Passwords are asked for, or read from the first line of standard input; never from the command
    line, which others on the machine can see. Every change is recorded in the trail.

    \b
    Examples:
      missent user add carol --role reviewer
      missent user list
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.app.places import need  # noqa: PLC0415  `--help` needs none

    need("web", "argon2", "pyotp", "starlette")
