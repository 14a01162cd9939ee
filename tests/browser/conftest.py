"""Fixtures: Chromium, and a Home Assistant from script/develop with a page that is logged in."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
import os
from pathlib import Path
import sys
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
import pytest

from . import hostile
from .card import DASHBOARD, Car, card_of, cars, put
from .home import ROOT, Home, developing

_FLAGS: Final = ("--disable-dev-shm-usage", "--hide-scrollbars")
# A wait ends with what it waits for, which may take long on a slow machine
_PATIENCE: Final = 60_000
expect.set_options(timeout=_PATIENCE)

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
        yield _starting(stack, chromium, tmp_path_factory)


@pytest.fixture(scope="session")
def garage(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A Home Assistant with all cars, and one whose texts are hostile, that have driven a while."""
    folders = (ROOT / "tests" / "fingerprints", hostile.write(tmp_path_factory.mktemp("hostile")))
    chosen = [word for folder in folders for word in ("--fingerprints", str(folder))]
    sources = ("--source", "mybmw", "--source", "cardata")
    with ExitStack() as stack:
        start = _starting(stack, chromium, tmp_path_factory)
        yield start("--days", "3", *chosen, *sources)


@pytest.fixture(scope="session")
def known(garage: Home) -> list[Car]:
    """All cars of the garage, each of which has a view with its card."""
    page = garage.open("/config/dashboard")
    found = cars(page)
    page.close()
    put(garage, {car.device_id: [card_of(car.device_id)] for car in found})
    return found


@pytest.fixture
def page(garage: Home, known: list[Car]) -> Iterator[Page]:
    """A page with the cards of the garage, which is closed again."""
    assert known
    opened = garage.open(f"/{DASHBOARD}")
    yield opened
    opened.close()


def _starting(
    stack: ExitStack, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Start:
    def begin(*arguments: str, **options: Any) -> Home:
        config = tmp_path_factory.mktemp("config")
        port = stack.enter_context(developing("--config", str(config), *arguments))
        url, control = f"http://localhost:{port}", f"http://localhost:{port + 1}"
        home = Home(url, control, opened(chromium, **options))
        stack.callback(home.context.close)
        return home

    return begin


def opened(chromium: Browser, **options: Any) -> BrowserContext:
    """Return a context without any cached or stored data."""
    usual = {"viewport": {"width": 1280, "height": 900}, "service_workers": "block"}
    context = chromium.new_context(locale="en-US", reduced_motion="reduce", **{**usual, **options})
    context.set_default_timeout(_PATIENCE)
    context.add_init_script("localStorage.selectedLanguage ??= '\"en\"'")
    return context


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
