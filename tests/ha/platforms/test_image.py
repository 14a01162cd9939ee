"""Pictures: fetched once, kept for ever."""

from datetime import timedelta
from http import HTTPStatus

from homeassistant.components.image import async_get_image
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.ha.conftest import PNG, Elapse, SetUp
from tests.replay import faults
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW

PICTURE = "image.ix_xdrive50_front_side_view"


async def test_picture_is_fetched_once(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    sim: SimulatedMyBMW,
    set_up: SetUp,
) -> None:
    """The one picture that is on at first costs one call, restarts included."""
    entry = await set_up()
    client = await hass_client()
    response = await client.get(f"/api/image_proxy/{PICTURE}")
    assert response.status == HTTPStatus.OK
    assert response.content_type == "image/png"
    assert await response.read() == PNG + b"VehicleStatus"
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (await async_get_image(hass, PICTURE)).content == PNG + b"VehicleStatus"
    calls = [call for call in sim.calls if call.endpoint is Endpoint.IMAGE]
    assert [call.params["carView"] for call in calls] == ["VehicleStatus"]


@pytest.mark.parametrize("fault", [faults.server_error(), faults.text("<html>", 200)])
async def test_failed_picture_is_fetched_when_requested(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    fault: faults.Fault,
) -> None:
    """A failure leaves the state unknown; a request hours later tries again."""
    sim.fail(Endpoint.IMAGE, fault, times=1)
    await set_up()
    state = hass.states.get(PICTURE)
    assert state is not None
    assert state.state == "unknown"
    with pytest.raises(HomeAssistantError):
        await async_get_image(hass, PICTURE)
    assert sum(call.endpoint is Endpoint.IMAGE for call in sim.calls) == 1
    await elapse(timedelta(hours=6))
    assert (await async_get_image(hass, PICTURE)).content == PNG + b"VehicleStatus"


async def test_picture_outlives_the_service(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """What was fetched is shown even while the service is down."""
    await set_up()
    sim.fail(Endpoint.ANY, faults.no_network(), times=None)
    await elapse(timedelta(minutes=6))
    state = hass.states.get(PICTURE)
    assert state is not None
    assert state.state != "unavailable"
