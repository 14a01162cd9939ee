"""The config flow: every way in, every error, and the way out of it."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import SetUp
from tests.ha.support.flow_steps import open_settings
from tests.replay import faults
from tests.replay.faults import Endpoint, Fault
from tests.replay.fingerprints import bundled, load
from tests.replay.mybmw import SimulatedMyBMW

ACCOUNT = {
    "region": "rest_of_world",
    "username": "driver@example.com",
    "password": "correct-horse",
}
CAPTCHA = {"captcha_token": "P1_valid"}


async def begin(hass: HomeAssistant) -> Any:
    """Open the flow and choose the source."""
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert flow["type"] is FlowResultType.MENU
    assert flow["menu_options"] == [
        "cardata_guide",
        "cardata",
        "mybmw",
        "highmobility",
        "connecteddrive",
    ]
    return await answer(hass, flow, {"next_step_id": "mybmw"})


async def answer(hass: HomeAssistant, flow: Any, data: dict[str, Any]) -> Any:
    """Fill in the form that the flow shows."""
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], data)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


@pytest.mark.parametrize("region", ["rest_of_world", "north_america"])
async def test_account_is_set_up(hass: HomeAssistant, region: str) -> None:
    """An owner with password and captcha gets an entry with tokens and without the password."""
    sim = SimulatedMyBMW(load(bundled()["320i"]), region=region)
    with sim.router():
        flow = await begin(hass)
        assert flow["step_id"] == "mybmw"
        flow = await answer(hass, flow, {**ACCOUNT, "region": region})
        assert flow["step_id"] == "mybmw_captcha"
        assert region in flow["description_placeholders"]["captcha_url"]
        flow = await answer(hass, flow, CAPTCHA)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert flow["title"] == "driver@example.com"
    entry = flow["result"]
    assert entry.unique_id == sim.gcid
    assert entry.state is ConfigEntryState.LOADED
    saved = entry.data["sources"]["mybmw"]
    assert saved.keys() == {"region", "username", "tokens"}
    assert saved["tokens"].keys() == {"access", "refresh", "expires", "gcid"}
    assert hass.states.get("sensor.320i_mileage") is not None


async def test_china_needs_no_captcha_page(hass: HomeAssistant) -> None:
    """In China the slider captcha is solved without the user, and the password is kept."""
    sim = SimulatedMyBMW(
        load(bundled()["320i"]), region="china", username="8613800138000", password="secret-cn"
    )
    with sim.router():
        flow = await begin(hass)
        flow = await answer(
            hass,
            flow,
            {"region": "china", "username": "8613800138000", "password": "secret-cn"},
        )
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert flow["data"]["sources"]["mybmw"]["password"] == "secret-cn"


OUTAGES = (
    faults.server_error(),
    faults.gateway(),
    faults.answer({"error": "invalid_client", "error_description": "captcha"}, 500),
    faults.answer({"error": "temporarily_unavailable"}, 400),
    faults.text("<html>Access Denied</html>", 403),
)


@pytest.mark.parametrize(
    ("endpoint", "fault", "error"),
    [
        (Endpoint.AUTHENTICATE, faults.unauthorized(), "invalid_auth"),
        (Endpoint.CONFIG, faults.blocked(), "blocked"),
        (Endpoint.AUTHENTICATE, faults.quota(), "quota"),
        (Endpoint.CONFIG, faults.no_network(), "cannot_connect"),
        (Endpoint.TOKEN, faults.timeout(), "cannot_connect"),
        (Endpoint.CONFIG, faults.broken_json(), "bad_answer"),
        *(
            (endpoint, outage, "api_error")
            for endpoint in (Endpoint.CONFIG, Endpoint.AUTHENTICATE, Endpoint.AUTHORIZE)
            for outage in OUTAGES
        ),
        *((Endpoint.TOKEN, outage, "api_error") for outage in OUTAGES),
    ],
)
async def test_error_is_reported_and_can_be_mended(
    hass: HomeAssistant, sim: SimulatedMyBMW, endpoint: Endpoint, fault: Fault, error: str
) -> None:
    """Every failure of the login leads back to the form, and a second try can succeed."""
    sim.fail(endpoint, fault)
    flow = await answer(hass, await begin(hass), ACCOUNT)
    flow = await answer(hass, flow, CAPTCHA)
    assert flow["step_id"] == "mybmw"
    assert flow["errors"] == {"base": error}
    sim.heal()
    sim.offer_captcha("P1_second")
    flow = await answer(hass, flow, ACCOUNT)
    flow = await answer(hass, flow, {"captcha_token": " P1_second "})
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_wrong_password(hass: HomeAssistant, sim: SimulatedMyBMW) -> None:
    """A wrong password is reported; what was typed is still there, except the password."""
    flow = await answer(hass, await begin(hass), {**ACCOUNT, "password": "wrong"})
    flow = await answer(hass, flow, CAPTCHA)
    assert flow["errors"] == {"base": "invalid_auth"}
    suggested = {
        str(key): (key.description or {}).get("suggested_value")
        for key in flow["data_schema"].schema
    }
    assert suggested["username"] == "driver@example.com"
    assert suggested["password"] is None
    sim.offer_captcha("P1_second")
    flow = await answer(hass, flow, ACCOUNT)
    flow = await answer(hass, flow, {"captcha_token": "P1_second"})
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_used_captcha(hass: HomeAssistant, sim: SimulatedMyBMW) -> None:
    """A token that was used before is not mistaken for a wrong password; a new one is enough."""
    flow = await answer(hass, await begin(hass), ACCOUNT)
    flow = await answer(hass, flow, {"captcha_token": "P1_stale"})
    assert flow["step_id"] == "mybmw_captcha"
    assert flow["errors"] == {"captcha_token": "missing_captcha"}
    flow = await answer(hass, flow, CAPTCHA)
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_blank_captcha_is_asked_for_again(hass: HomeAssistant, sim: SimulatedMyBMW) -> None:
    """Without a token there is no login at all."""
    flow = await answer(hass, await begin(hass), ACCOUNT)
    flow = await answer(hass, flow, {"captcha_token": "  "})
    assert flow["step_id"] == "mybmw_captcha"
    assert flow["errors"] == {"captcha_token": "missing_captcha"}
    assert not sim.calls
    flow = await answer(hass, flow, CAPTCHA)
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_known_account_is_refused_before_the_captcha(
    hass: HomeAssistant, sim: SimulatedMyBMW, entry: MockConfigEntry
) -> None:
    """The same user name cannot be set up twice, and no captcha is wasted on it."""
    entry.add_to_hass(hass)
    flow = await answer(hass, await begin(hass), {**ACCOUNT, "username": "Driver@Example.com "})
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == "already_configured"
    assert not sim.calls


async def test_known_account_under_another_name(
    hass: HomeAssistant, sim: SimulatedMyBMW, entry: MockConfigEntry
) -> None:
    """The id that BMW gives an account shows that it is the same one."""
    entry.add_to_hass(hass)
    data = {**entry.data["sources"]["mybmw"], "username": "old@example.com"}
    hass.config_entries.async_update_entry(entry, data={"sources": {"mybmw": data}})
    flow = await answer(hass, await begin(hass), ACCOUNT)
    flow = await answer(hass, flow, CAPTCHA)
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == "already_configured"


@pytest.fixture(params=["reauth", "reconfigure"])
def again(request: pytest.FixtureRequest) -> str:
    """The two ways to log in once more."""
    return str(request.param)


async def start_again(hass: HomeAssistant, entry: MockConfigEntry, again: str) -> Any:
    """Open the flow for an entry that exists."""
    if again == "reauth":
        return await entry.start_reauth_flow(hass)
    flow = await entry.start_reconfigure_flow(hass)
    assert flow["menu_options"] == [
        "cardata_guide",
        "cardata",
        "mybmw_reconfigure",
        "highmobility",
        "connecteddrive",
    ]
    return await answer(hass, flow, {"next_step_id": "mybmw_reconfigure"})


async def test_log_in_again(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, again: str
) -> None:
    """Only password and captcha are asked for; the new tokens replace the old ones."""
    entry = await set_up(read_only=True)
    before = entry.data["sources"]["mybmw"]["tokens"]
    flow = await start_again(hass, entry, again)
    assert flow["step_id"] == ("mybmw_reauth" if again == "reauth" else "mybmw_reconfigure")
    assert flow["description_placeholders"]["username"] == "driver@example.com"
    flow = await answer(hass, flow, {"password": "wrong"})
    flow = await answer(hass, flow, CAPTCHA)
    assert flow["errors"] == {"base": "invalid_auth"}
    sim.offer_captcha("P1_second")
    flow = await answer(hass, flow, {"password": "correct-horse"})
    flow = await answer(hass, flow, {"captcha_token": "P1_second"})
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == f"{again}_successful"
    after = entry.data["sources"]["mybmw"]["tokens"]
    assert after["refresh"] != before["refresh"]
    assert entry.options == {"read_only": True}
    assert entry.state is ConfigEntryState.LOADED


async def test_log_in_again_with_another_account(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, again: str
) -> None:
    """An entry stays with its account."""
    entry = await set_up()
    hass.config_entries.async_update_entry(entry, unique_id="somebody-else")
    flow = await start_again(hass, entry, again)
    flow = await answer(hass, flow, {"password": "correct-horse"})
    flow = await answer(hass, flow, CAPTCHA)
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == "wrong_account"


async def test_options(hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp) -> None:
    """Options are kept, and the entry is reloaded with them."""
    entry = await set_up()
    assert hass.states.get("device_tracker.ix_xdrive50") is not None
    assert hass.states.get("lock.ix_xdrive50_lock") is not None
    flow: Any = await open_settings(hass, entry)
    suggested = {
        str(key): (key.description or {}).get("suggested_value")
        for key in flow["data_schema"].schema
    }
    assert suggested["polling_interval"] == 5
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"read_only": True, "track_position": False, "polling_interval": 30.0}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {"read_only": True, "track_position": False, "polling_interval": 30}
    for gone in ("device_tracker.ix_xdrive50", "lock.ix_xdrive50_lock"):
        assert hass.states.get(gone) is None
    assert "position" not in str(entry.runtime_data.vehicles)


@pytest.mark.parametrize("minutes", [0, 4, 121])
async def test_interval_is_bounded(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, minutes: float
) -> None:
    """The user cannot be locked out by too many requests."""
    entry = await set_up()
    flow = await open_settings(hass, entry)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(
            flow["flow_id"],
            {"read_only": False, "track_position": True, "polling_interval": minutes},
        )
