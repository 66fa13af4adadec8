"""What end-to-end tests share. A test whose program is missing is skipped; under CI that fails."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from missent.testing import postfix
from missent.testing.browser import browser, chromium, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Cookie

    from missent.testing.console_site import ConsoleSite

# smtp-source and smtp-sink lie where only root looks
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@pytest.fixture
def requires() -> Callable[[str], str]:
    """Give the path of a program, or skip the test."""

    def find(program: str) -> str:
        path = shutil.which(program, path=PATH)
        if path is None:
            pytest.skip(f"{program} is not installed: sh deploy/test-packages.sh")
        return path

    return find


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Find TCP ports of 127.0.0.1 that nobody listens on."""
    return postfix.free_port


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    """A browser."""
    if not chromium():
        pytest.skip("no chromium: sh deploy/test-packages.sh")
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def cookies(running: Browser, site: ConsoleSite) -> list[Cookie]:
    """Those of the administrator of the module's `site`."""
    return signed_in(running, site.url, site.link())


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may write to: programs of Postfix give up root."""
    folder = Path(tempfile.mkdtemp(prefix="missent-e2e-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
