"""A Home Assistant from script/develop, and a browser that has it open."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from random import randrange
import signal
import socket
import subprocess
from time import monotonic, sleep
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import BrowserContext, Locator, Page

ROOT: Final = Path(__file__).parents[2]
_PATIENCE: Final = 120.0
_IDLE: Final = """() => {
  const look = (root) => [...root.querySelectorAll('*')].some((item) =>
    (item.matches('hass-loading-screen, ha-spinner, ha-launch-screen, #ha-launch-screen')
      && item.getClientRects().length) || (item.shadowRoot && look(item.shadowRoot)));
  const main = document.querySelector('home-assistant');
  return main?.hass?.config?.state === 'RUNNING' && !look(document);
}"""
_STATE: Final = "(id) => document.querySelector('home-assistant').hass.states[id]?.state"


@dataclass(frozen=True, slots=True)
class Home:
    """Home Assistant at `url`; the simulated services are controlled at `control`."""

    url: str
    control: str
    context: BrowserContext

    def open(self, path: str = "/") -> Page:
        """Open a page of Home Assistant and wait until it is complete."""
        page = self.context.new_page()
        page.goto(self.url + path)
        page.wait_for_function(_IDLE)
        return page

    def visit(self, path: str) -> Page:
        """Open a page of the simulated services."""
        page = self.context.new_page()
        page.goto(self.control + path)
        return page

    def set_up(self, *choices: str) -> Page:
        """Add the integration, as far as these choices in its menus."""
        page = self.open("/config/integrations/dashboard/add?domain=mybmw")
        button(page, "OK").click()
        for choice in choices:
            page.locator("step-flow-menu").get_by_text(choice).first.click()
        return page


def button(page: Page, text: str) -> Locator:
    """Return the button of Home Assistant with a text."""
    return page.locator("ha-button").filter(has_text=text).first


def field(page: Page, name: str) -> Locator:
    """Return the input of a form by the name of its field."""
    return page.locator(f"input[name={name}]")


def state(page: Page, entity_id: str) -> str | None:
    """Return the state of an entity, None if there is none."""
    found: str | None = page.evaluate(_STATE, entity_id)
    return found


def wait_for_state(page: Page, entity_id: str, *, seconds: float) -> float:
    """Wait until the state of an entity is known; return how many seconds that took."""
    begun = monotonic()
    known = f"(id) => ![undefined, 'unknown', 'unavailable'].includes(({_STATE})(id))"
    page.wait_for_function(known, arg=entity_id, timeout=seconds * 1000)
    return monotonic() - begun


def wait_until(page: Page, condition: Callable[[], bool]) -> None:
    """Wait for what the page brings about elsewhere."""
    deadline = monotonic() + _PATIENCE
    while not condition():
        assert monotonic() < deadline
        page.wait_for_timeout(50)


@contextmanager
def developing(*arguments: str) -> Iterator[int]:
    """Run script/develop on a free port, which is returned, until the block ends."""
    port = free_ports()
    command = [str(ROOT / "script" / "develop"), "--port", str(port), *arguments]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            _wait(f"http://127.0.0.1:{port + 1}/calls", process)
            yield port
        finally:
            process.send_signal(signal.SIGINT)


def free_ports() -> int:
    """Return a free port that is followed by another one.

    No outgoing connection takes them meanwhile: systems choose the ports of those above.
    """
    while True:
        port = randrange(10_000, 32_000, 2)
        try:
            for number in (port, port + 1):
                socket.create_server(("127.0.0.1", number)).close()
        except OSError:
            continue
        return port


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = monotonic() + _PATIENCE
    while monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("script/develop has ended")
        try:
            urlopen(url).close()
        # Without a server, a connection on this machine may find itself and answer nonsense
        except URLError, ConnectionError, HTTPException:
            sleep(0.2)
        else:
            return
    raise TimeoutError("script/develop is not ready")
