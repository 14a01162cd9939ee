"""A Home Assistant with a simulated High Mobility behind the network."""

from datetime import UTC, datetime
from typing import Any, Final

from aiohttp.test_utils import TestClient
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.const import DOMAIN
from tests.ha.support.flow_steps import choose
from tests.replay.highmobility import (
    CLIENT_ID,
    SECRET,
    WEBHOOK_SECRET,
    Delivery,
    SimulatedHighMobility,
    bundled,
)

type Browser = TestClient[Any, Any]

I4: Final = "WBY0FINGERPRINT01"
HOOK: Final = "0123456789abcdef"
FLEET: Final[dict[str, Any]] = {
    "client_id": CLIENT_ID,
    "client_secret": SECRET,
    "vins": [I4],
    "brand": "bmw",
    "sandbox": False,
}
CONSENT: Final[dict[str, Any]] = {
    "client_id": CLIENT_ID,
    "client_secret": SECRET,
    "brand": "bmw",
    "locale": "en",
    "sandbox": False,
}


def simulated(*folders: str, **options: Any) -> SimulatedHighMobility:
    """Simulate an app with these cars, whose newest values are of now."""
    cars = bundled()
    sim = SimulatedHighMobility.of([cars[name] for name in folders or ("i4_edrive40",)], **options)
    for car in sim.cars.values():
        car.shift(datetime.now(UTC) - car.measured)
    return sim


def fleet_entry(*vins: str, **options: Any) -> MockConfigEntry:
    """Return an account with a fleet."""
    account = {
        **FLEET,
        "vins": list(vins or (I4,)),
        "fleet": True,
        "webhook_id": HOOK,
        "webhook_secret": WEBHOOK_SECRET,
        "tokens": {},
    }
    return MockConfigEntry(
        domain=DOMAIN,
        title="High Mobility",
        unique_id=f"highmobility-{HOOK}",
        data={"sources": {"highmobility": account}},
        options=options,
    )


async def begin(hass: HomeAssistant, way: str) -> Any:
    """Open the flow as far as the form of one of the two ways."""
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    flow = await choose(hass, flow, "highmobility")
    assert flow["menu_options"] == ["highmobility_fleet", "highmobility_consent"]
    return await choose(hass, flow, f"highmobility_{way}")


async def post(client: Browser, sent: Delivery, hook: str = HOOK) -> int:
    """Let the service call the webhook; return the status of the answer."""
    answer = await client.post(f"/api/webhook/{hook}", data=sent.body, headers=sent.headers)
    return answer.status
