"""Fixtures: Chromium, and a Home Assistant from script/develop with a page that is logged in."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
import os
from pathlib import Path
import sys
from typing import Any, Final

from playwright.sync_api import Browser, sync_playwright
import pytest

from .home import Home, developing

_FLAGS: Final = ("--disable-dev-shm-usage", "--hide-scrollbars")
_PATIENCE: Final = 20_000

type Start = Callable[..., Home]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium, without a window."""
    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def start(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start a Home Assistant with these arguments of script/develop; it ends with the module."""
    with ExitStack() as stack:

        def begin(*arguments: str, **options: Any) -> Home:
            config = str(tmp_path_factory.mktemp("config"))
            port = stack.enter_context(developing("--config", config, *arguments))
            context = chromium.new_context(
                locale="en-US",
                reduced_motion="reduce",
                service_workers="block",
                **{"viewport": {"width": 1280, "height": 900}, **options},
            )
            stack.callback(context.close)
            context.set_default_timeout(_PATIENCE)
            context.add_init_script("localStorage.selectedLanguage ??= '\"en\"'")
            return Home(f"http://localhost:{port}", f"http://localhost:{port + 1}", context)

        yield begin


@pytest.fixture(autouse=True)
def _pictures(request: pytest.FixtureRequest, chromium: Browser, tmp_path: Path) -> Iterator[None]:
    """Take a picture of every open page if a test fails."""
    before = request.session.testsfailed
    yield
    if request.session.testsfailed == before:
        return
    for number, page in enumerate(page for item in chromium.contexts for page in item.pages):
        page.screenshot(path=tmp_path / f"{number}.png")
        sys.stderr.write(f"{page.url}: {tmp_path / f'{number}.png'}\n")
