"""Templates become answers."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from starlette.requests import Request

HERE = Path(__file__).parent


@cache
def templates() -> Environment:
    """All templates; every value is escaped, and one that is not given is an error."""
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """A page; its template also has `principal` and `csrf`."""
    known = {"principal": request.state.principal, "csrf": request.state.csrf}
    body = templates().get_template(template).render(known | values)
    return HTMLResponse(body, status)


def said(request: Request, status: int, title: str, text: str) -> HTMLResponse:
    """A page that says one thing: what went wrong, and the mend."""
    return page(request, "said.html", status, title=title, text=text)
