"""The endpoints that read cars: list, profile, state, charging details, images.

See mybmw-app.md#endpoints, #pictures.
"""

from dataclasses import dataclass
from typing import Final

import httpx

from .pictures import VIEWS, draw_car
from .wire import Inbound, RefusedError
from .world import World

_NO_COLOR: Final = 0x7A8288


@dataclass(frozen=True, slots=True)
class Vehicles:
    """The endpoints, for the live cars."""

    world: World

    def listing(self, inbound: Inbound) -> httpx.Response:
        """Cars of the brand in x-user-agent; the GCID here is not that of the tokens."""
        inbound.empty()
        cars = [car for car in self.world.cars.values() if car.brand == inbound.brand]
        common = {
            "isAssociated": False,
            "isLmmEnabled": False,
            "isPrimaryUser": True,
            "mappingStatus": "CONFIRMED",
            "vehicleMappingType": "CONNECTED",
        }
        mappings = [{**common, "vin": vin} for vin in sorted(car.vin for car in cars)]
        gcid = "ceb64158-d2ca-47e9-9ee6-cbffb881434e"
        return httpx.Response(200, json={"gcid": gcid, "mappingInfos": mappings})

    def profile(self, inbound: Inbound) -> httpx.Response:
        """Return the profile of a car."""
        return httpx.Response(200, json=self.world.car(inbound).profile)

    def state(self, inbound: Inbound) -> httpx.Response:
        """Return capabilities and state of a car."""
        inbound.expect_params(apptimezone=r"-?\d+", appDateTime=r"\d{10}000")
        car = self.world.car(inbound)
        car.run_climate()
        return httpx.Response(200, json=car.answers[0])

    def charging(self, inbound: Inbound) -> httpx.Response:
        """Charging details; 404 for a car that has none."""
        inbound.expect({"bmw-current-date": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"})
        inbound.expect_params(
            fields="charging-profile", has_charging_settings_capabilities="true|false"
        )
        car = self.world.car(inbound)
        charging = car.answers[1]
        if charging is None:
            raise RefusedError(404, f"Vehicle {car.vin} has no charging details")
        return httpx.Response(200, json=charging)

    def image(self, inbound: Inbound) -> httpx.Response:
        """PNG of one view, in the colour of the car."""
        inbound.expect({"bmw-app-vehicle-type": "connected"})
        inbound.expect_params(carView="|".join(VIEWS), toCrop="true")
        color = self.world.car(inbound).profile.get("color")
        rgb = color & 0xFFFFFF if isinstance(color, int) else _NO_COLOR
        picture = draw_car(inbound.params["carView"], rgb)
        return httpx.Response(200, content=picture, headers={"content-type": "image/png"})
