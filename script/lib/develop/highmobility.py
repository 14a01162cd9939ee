"""The simulated High Mobility: pages of the owner, and webhooks that reach Home Assistant."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Thread
from typing import Any, Final
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from aiohttp import web
import httpx

from custom_components.mybmw.const import DOMAIN
from tests.replay.highmobility import CLIENT_ID, SECRET, AutoApiCar, Delivery, SimulatedHighMobility
from tests.replay.highmobility.wire import HOSTS
from tests.replay.serving import Handle
from tests.replay.world import utcnow

from .configuration import saved_accounts

SOURCE: Final = "highmobility"
RECORDED: Final = "recorded"
_MILEAGE: Final = "diagnostics.odometer"
_PATIENCE: Final = 10
_DRIVEN: Final = 7


class Fleet:
    """A fleet whose service calls the webhook of Home Assistant at `url`."""

    def __init__(self, cars: Iterable[AutoApiCar], url: str, config: Path) -> None:
        """Let the cars have measured their newest values just now."""
        self.sim = SimulatedHighMobility.of(cars)
        for car in self.sim.cars.values():
            car.shift(utcnow() - car.measured)
        self.sim.on_webhook.append(self._post)
        self._url = url
        self._config = config
        if self._find_webhook():
            self.sim.clear()

    def _find_webhook(self) -> bool:
        """Enter the webhook of an account that was set up before, or by hand."""
        for account in saved_accounts(self._config, DOMAIN, SOURCE):
            self.connect(f"/api/webhook/{account['webhook_id']}", account["webhook_secret"])
        return bool(self.sim.webhook_url)

    def connect(self, url: str, secret: str) -> None:
        """Enter the webhook in the console, without its test."""
        self.sim.webhook_url, self.sim.webhook_secret = url, secret

    def answers(self) -> dict[str, dict[str, Any]]:
        """Return what to enter in the dialog."""
        app = {"client_id": CLIENT_ID, "client_secret": SECRET, "brand": "bmw", "sandbox": False}
        return {
            SOURCE: {"next_step_id": f"{SOURCE}_fleet"},
            f"{SOURCE}_fleet": {**app, "vins": sorted(self.sim.cars)},
            f"{SOURCE}_webhook": {},
        }

    def see(self, step: Mapping[str, Any]) -> None:
        """Copy the webhook from the form that shows it."""
        if step["step_id"] == f"{SOURCE}_webhook":
            shown = {
                field["name"]: field["description"]["suggested_value"]
                for field in step["data_schema"]
            }
            self.connect(shown["webhook_url"], shown["webhook_secret"])

    def happen(self, kind: str, vin: str | None) -> None:
        """Let a car drive a little, and something happen to it; or send recorded webhooks."""
        self._find_webhook()
        if kind == RECORDED:
            self.sim.replay()
            return
        vin = vin or next(iter(self.sim.cars))
        car = self.sim.cars[vin]
        capability, _, name = _MILEAGE.partition(".")
        known = car.data[capability][name]["data"]
        car.tell(_MILEAGE, {**known, "value": known["value"] + _DRIVEN}, utcnow())
        self.sim.send(kind, vin)

    def page(self, request: web.Request) -> web.Response:
        """Show a page of the owner, on the port that controls the simulation."""
        self._find_webhook()
        answer = self.sim.handle(httpx.Request("GET", str(request.url)))
        headers = {name: answer.headers[name] for name in ("location",) if name in answer.headers}
        return web.Response(
            status=answer.status_code, text=answer.text, content_type="text/html", headers=headers
        )

    def _post(self, sent: Delivery) -> None:
        if self.sim.webhook_url:
            url = f"{self._url}{urlsplit(self.sim.webhook_url).path}"
            request = Request(url, sent.body, sent.headers, method="POST")
            Thread(target=_call, args=(request,), name="webhook", daemon=True).start()


def _call(request: Request) -> None:
    try:
        urlopen(request, timeout=_PATIENCE).close()
    except URLError:
        return


def with_fleet(others: Handle, fleet: Fleet) -> Handle:
    """Return a handler for High Mobility as well as other services."""

    def answer(request: httpx.Request) -> httpx.Response:
        return (fleet.sim.handle if request.url.host in HOSTS else others)(request)

    return answer
