"""The demo page, which has cards and no Home Assistant."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
import subprocess
from threading import Thread
from typing import Final

from playwright.sync_api import Browser, expect
import pytest

from .card import faults, listen, unfolded
from .conftest import opened
from .home import ROOT, free_ports

SECONDS: Final = "5"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Build the page from a short recording, and serve it."""
    folder: Path = tmp_path_factory.mktemp("demo")
    port = str(free_ports())
    subprocess.run([ROOT / "script" / "demo", folder, SECONDS, port], cwd=ROOT, check=True)
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_demo(url: str, chromium: Browser) -> None:
    """All cards show their car, with its picture and its parts, and take commands."""
    context = opened(chromium)
    page = context.new_page()
    errors = listen(page)
    page.goto(url)
    cards = page.locator("mybmw-card")
    expect(cards.locator(".picture img")).to_have_count(3)
    for card in cards.all():
        wrong = {part: faults(card) for part in unfolded(card)}
        assert {part: found for part, found in wrong.items() if found} == {}
    cards.first.locator(".command").filter(has=page.get_by_text("Lock", exact=True)).click()
    expect(cards.first.locator(".outcome")).to_have_text("Lock: carried out")
    assert errors == []
    context.close()
