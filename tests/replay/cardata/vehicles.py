"""The REST endpoints that read cars (cardata.md#cars-of-the-account, #pictures)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import re
from typing import Any

import httpx

from ..fingerprints import Json
from .cars import CarDataCar, as_text, parse_time
from .containers import Containers
from .descriptors import IN_CONTAINERS
from .wire import Inbound, refused


@dataclass(slots=True)
class Pages:
    """Pages of long lists; a paging token is valid for `lifetime` and the same request."""

    clock: Callable[[], datetime]
    size: int = 20
    lifetime: timedelta = timedelta(minutes=5)
    _tokens: dict[str, tuple[datetime, int, str]] = field(default_factory=dict)

    def cut(self, items: list[Json], inbound: Inbound) -> tuple[list[Json], str | None]:
        """Return a page and the token of the next one, None after the last; raise RefusedError."""
        question = str(inbound.request.url.copy_remove_param("nextToken"))
        start = 0
        if token := inbound.params.get("nextToken"):
            expires, start, asked = self._tokens.get(token, (self.clock(), 0, ""))
            if expires <= self.clock() or asked != question:
                raise refused("CU-125")
        end = start + self.size
        if end >= len(items):
            return items[start:], None
        following = f"page-{len(self._tokens) + 1}"
        self._tokens[following] = (self.clock() + self.lifetime, end, question)
        return items[start:end], following


@dataclass(frozen=True, slots=True)
class Vehicles:
    """The endpoints, for the live cars."""

    cars: dict[str, CarDataCar]
    containers: Containers
    pages: Pages

    def mappings(self, _inbound: Inbound) -> httpx.Response:
        """Return the cars of the account, in practice an array."""
        mappings = [{"vin": car.vin, **car.mapping} for car in self.cars.values()]
        return httpx.Response(200, json=mappings)

    def basic_data(self, inbound: Inbound) -> httpx.Response:
        """Return the basic data of a car."""
        if not (data := self._car(inbound).basic_data):
            raise refused("CU-104")
        return httpx.Response(200, json=data)

    def telematic_data(self, inbound: Inbound) -> httpx.Response:
        """Return all keys of a container but those with an endpoint of their own."""
        car = self._car(inbound)
        if "containerId" not in inbound.params:
            raise refused("CU-401")
        keys = self.containers.active(inbound.params["containerId"]).keys
        values = {key: _item(car.telematics.get(key)) for key in keys if key in IN_CONTAINERS}
        return httpx.Response(200, json={"telematicData": values})

    def charging_history(self, inbound: Inbound) -> httpx.Response:
        """Return the sessions that started in a period, newest first, with `next_token`."""
        car = self._car(inbound)
        try:
            start, end = (parse_time(inbound.params[name]).timestamp() for name in ("from", "to"))
        except KeyError, ValueError:
            raise refused("CU-401") from None
        sessions = [item for item in car.charging_history if start <= _start(item) <= end]
        sessions.sort(key=_start, reverse=True)
        page, following = self.pages.cut(sessions, inbound)
        return httpx.Response(200, json={"data": page, "next_token": following})

    def charging_settings(self, inbound: Inbound) -> httpx.Response:
        """Return the charging settings by place."""
        car = self._car(inbound)
        if not car.location_settings:
            raise refused("CU-127")
        page, following = self.pages.cut(car.location_settings, inbound)
        return httpx.Response(200, json={"data": page, "nextToken": following})

    def tyre_diagnosis(self, inbound: Inbound) -> httpx.Response:
        """Return the tyres; nearly empty for a car without records."""
        return httpx.Response(200, json=self._car(inbound).tyre_diagnosis or {"passengerCar": {}})

    def image(self, inbound: Inbound) -> httpx.Response:
        """Return the picture of a car as PNG."""
        if (image := self._car(inbound).image) is None:
            raise refused("CU-126")
        return httpx.Response(200, content=image, headers={"content-type": "image/png"})

    def _car(self, inbound: Inbound) -> CarDataCar:
        """Return the car in the path; raise RefusedError unless the account may read it."""
        vin = inbound.vin or ""
        if not re.fullmatch("[A-Z0-9]{17}", vin):
            raise refused("CU-120")
        car = self.cars.get(vin)
        if car is None or not car.readable:
            raise refused("CU-104")
        return car


def _start(session: Json) -> float:
    start = session.get("startTime")
    return start if isinstance(start, int | float) else 0.0


def _item(recorded: Any) -> Any:
    """Return a value of the car, unchanged even if it is malformed."""
    if recorded is None:
        return {"timestamp": None, "unit": None, "value": None}
    if not isinstance(recorded, dict):
        return recorded
    value = as_text(recorded.get("value"))
    return {"timestamp": recorded.get("timestamp"), "unit": recorded.get("unit"), "value": value}
