"""Logging in to BMW CarData: every way to a code, every error, and the way out of it."""

from collections.abc import Callable, Iterator
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.const import DOMAIN
from tests.ha.support import state
from tests.ha.support.cardata import entry_of, recorded
from tests.ha.support.flow_steps import (
    OTHER_ID,
    Patience,
    approve,
    ask_code,
    begin,
    leave_cars,
    step,
    suggested,
    wait_for_approval,
)
from tests.replay import faults
from tests.replay.cardata import API, CLIENT_ID, STREAM, Endpoint, SimulatedCarData
from tests.replay.cardata.faults import key_management, login_error
from tests.replay.faults import Fault

type Prepare = Callable[[SimulatedCarData], object]

CHARGE = "57"
SOC = "sensor.i4_edrive40_remaining_battery_percent"


@pytest.fixture
def sim() -> Iterator[SimulatedCarData]:
    """The simulated service."""
    simulated = SimulatedCarData(recorded("i4_edrive40"), fresh=True)
    with simulated.router():
        yield simulated


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch, freezer: FrozenDateTimeFactory) -> Patience:
    """Pauses that last until the test ends them."""
    return Patience.install(monkeypatch, freezer)


@pytest.fixture
def entry(sim: SimulatedCarData) -> MockConfigEntry:
    """An account whose code was approved before."""
    return entry_of(sim)


def endpoints(sim: SimulatedCarData) -> list[Endpoint | None]:
    """Return what was asked for."""
    return [call.endpoint for call in sim.calls]


def lacking(sim: SimulatedCarData, key: str) -> Fault:
    """Hand out good tokens, but leave something out of the answer."""
    return faults.answer({name: text for name, text in sim.issue_tokens().items() if name != key})


async def test_account_is_set_up(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    """A client id and an approval are all that is needed."""
    flow = await begin(hass)
    assert flow["step_id"] == "cardata"
    flow = await ask_code(hass, patience, flow)
    (code,) = sim.pending
    shown = flow["description_placeholders"]
    assert shown["code"] == code
    assert shown["url"] == f"{shown['page']}?user_code={code}"
    assert shown["minutes"] == "5"
    sim.approve()
    flow = await wait_for_approval(hass, patience, flow)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert flow["title"] == "BMW CarData"
    entry = flow["result"]
    assert entry.unique_id == sim.gcid
    assert entry.state is ConfigEntryState.LOADED
    saved = entry.data["sources"]["cardata"]
    assert saved["client_id"] == CLIENT_ID
    assert saved["tokens"]["gcid"] == sim.gcid
    assert {API, STREAM} <= set(saved["tokens"]["scopes"])
    assert state(hass, SOC) == CHARGE
    assert patience.waited == [5]


async def test_accounts_have_names_of_their_own(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    """Only the title distinguishes accounts, in repairs too."""
    for title in ("BMW CarData", "BMW CarData 3"):
        made = MockConfigEntry(domain=DOMAIN, title=title, unique_id=title, data={"sources": {}})
        made.add_to_hass(hass)
    flow = await ask_code(hass, patience, await begin(hass))
    sim.approve()
    flow = await wait_for_approval(hass, patience, flow)
    assert flow["title"] == "BMW CarData 2"


async def test_link_is_a_qr_code_too(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    """The code may be approved on another device, even at once."""
    patience.begin()
    flow: Any = await begin(hass)
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], {"client_id": CLIENT_ID})
    shown = flow["description_placeholders"]
    assert sim.pending == [shown["code"]]
    (picture,) = flow["data_schema"].schema.values()
    assert picture.serialize()["selector"]["qr_code"]["data"] == shown["url"]
    sim.approve()
    patience.end()
    await hass.async_block_till_done()
    flow = await leave_cars(hass, await step(hass, flow, {"qr_code": shown["url"]}))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("country", "portal"),
    [
        ("DE", "https://www.bmw.de/de-de/mybmw/vehicle-overview"),
        ("GB", "https://www.bmw.co.uk/en-gb/mybmw/vehicle-overview"),
        ("US", "https://www.bmw.de/de-de/mybmw/vehicle-overview"),
        (None, "https://www.bmw.de/de-de/mybmw/vehicle-overview"),
    ],
)
async def test_portal_is_that_of_the_country(
    hass: HomeAssistant, sim: SimulatedCarData, country: str | None, portal: str
) -> None:
    hass.config.country = country
    shown = (await begin(hass))["description_placeholders"]
    assert shown["bmw_portal"] == portal
    assert shown["mini_portal"] == portal.replace("bmw.", "mini.").replace("mybmw", "mymini")


@pytest.mark.parametrize("typed", [f" {CLIENT_ID}\n", CLIENT_ID.upper(), f"\t{CLIENT_ID.title()} "])
async def test_client_id_is_tidied(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience, typed: str
) -> None:
    flow = await ask_code(hass, patience, await begin(hass), typed)
    sim.approve()
    flow = await wait_for_approval(hass, patience, flow)
    assert flow["data"]["sources"]["cardata"]["client_id"] == CLIENT_ID


@pytest.mark.parametrize("typed", ["", "  ", CLIENT_ID[:-1], f"{CLIENT_ID}0", "my car", "ä" * 36])
async def test_client_id_of_wrong_form(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience, typed: str
) -> None:
    """What cannot be a client id is not sent to BMW."""
    flow = await step(hass, await begin(hass), {"client_id": typed})
    assert flow["errors"] == {"client_id": "client_id_form"}
    assert not sim.calls
    flow = await approve(hass, sim, patience, flow)
    assert flow["type"] is FlowResultType.CREATE_ENTRY


def of_another_client(sim: SimulatedCarData) -> None:
    sim.client_id = OTHER_ID


def without(scope: str) -> Prepare:
    return lambda sim: sim.subscribed.discard(scope)


def failing(endpoint: Endpoint, fault: Fault, times: int | None = 1) -> Prepare:
    return lambda sim: sim.fail(endpoint, fault, times)


def mend(sim: SimulatedCarData) -> None:
    """Put everything in order again, in the portal and at BMW."""
    sim.client_id = CLIENT_ID
    sim.subscribed.update({API, STREAM})
    sim.heal()


@pytest.mark.parametrize(
    ("break_", "error"),
    [
        (of_another_client, "unknown_client"),
        (without(API), "api_not_subscribed"),
        (without(STREAM), "stream_not_subscribed"),
        (failing(Endpoint.DEVICE_CODE, faults.no_network()), "cannot_connect"),
        (failing(Endpoint.DEVICE_CODE, faults.timeout()), "cannot_connect"),
        (failing(Endpoint.DEVICE_CODE, faults.server_error()), "api_error"),
        (failing(Endpoint.DEVICE_CODE, faults.gateway()), "api_error"),
        (failing(Endpoint.DEVICE_CODE, key_management()), "not_ready"),
        (failing(Endpoint.DEVICE_CODE, login_error("invalid_request", 500)), "api_error"),
        (failing(Endpoint.DEVICE_CODE, login_error("temporarily_unavailable")), "api_error"),
        (failing(Endpoint.DEVICE_CODE, faults.rate_limited()), "quota"),
        (failing(Endpoint.DEVICE_CODE, faults.broken_json()), "bad_answer"),
    ],
)
async def test_no_code_can_be_had(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience, break_: Prepare, error: str
) -> None:
    """Why there is no code is reported, and once that is mended there is one."""
    break_(sim)
    flow = await step(hass, await begin(hass), {"client_id": CLIENT_ID})
    assert flow["step_id"] == "cardata"
    assert flow["errors"] == {"base": error}
    assert suggested(flow) == {"client_id": CLIENT_ID}
    mend(sim)
    flow = await approve(hass, sim, patience, flow)
    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("decide", "error"),
    [
        (lambda sim: sim.deny(), "access_denied"),
        (lambda _sim: None, "code_expired"),
        (lambda sim: sim.approve(ready=False), "not_ready"),
        (failing(Endpoint.TOKEN, key_management()), "not_ready"),
        (failing(Endpoint.TOKEN, login_error("expired_token")), "code_expired"),
        (failing(Endpoint.TOKEN, login_error("invalid_grant")), "refused"),
        (failing(Endpoint.TOKEN, login_error("invalid_client")), "unknown_client"),
        (failing(Endpoint.TOKEN, faults.broken_json()), "bad_answer"),
        (failing(Endpoint.TOKEN, faults.no_network(), None), "code_expired"),
        (failing(Endpoint.TOKEN, faults.server_error(), None), "code_expired"),
        (failing(Endpoint.TOKEN, login_error("access_denied", 503), None), "code_expired"),
    ],
)
async def test_code_comes_to_nothing(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience, decide: Prepare, error: str
) -> None:
    """Why the code came to nothing is reported, and another one can be had at the same place."""
    flow = await ask_code(hass, patience, await begin(hass))
    decide(sim)
    flow = await wait_for_approval(hass, patience, flow)
    assert flow["step_id"] == "cardata"
    assert flow["errors"] == {"base": error}
    assert suggested(flow) == {"client_id": CLIENT_ID}
    assert sum(patience.waited) <= 300
    mend(sim)
    flow = await approve(hass, sim, patience, flow)
    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("fault", "waited"),
    [
        (login_error("authorization_pending"), [5, 5, 5]),
        (login_error("slow_down"), [5, 10, 15]),
        (faults.no_network(), [5, 5, 5]),
        (faults.timeout(), [5, 5, 5]),
        (faults.server_error(), [5, 5, 5]),
        (faults.gateway(), [5, 5, 5]),
        (faults.text("", 502), [5, 5, 5]),
        (faults.rate_limited(), [5, 5, 5]),
        (faults.rate_limited(retry_after=8), [5, 8, 8]),
        (faults.rate_limited(retry_after=30), [5, 30, 30]),
    ],
)
async def test_trouble_while_waiting(
    hass: HomeAssistant,
    sim: SimulatedCarData,
    patience: Patience,
    fault: Fault,
    waited: list[float],
) -> None:
    """What may pass by itself only delays the end."""
    flow = await ask_code(hass, patience, await begin(hass))
    sim.fail(Endpoint.TOKEN, fault, 2)
    sim.approve()
    flow = await wait_for_approval(hass, patience, flow)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert patience.waited == waited


@pytest.mark.parametrize(
    ("fault", "waited"),
    [(login_error("slow_down"), [5, 10, 10]), (faults.rate_limited(retry_after=60), [5, 60, 10])],
)
async def test_pace_after_a_delay(
    hass: HomeAssistant,
    sim: SimulatedCarData,
    patience: Patience,
    fault: Fault,
    waited: list[float],
) -> None:
    """Who was asked to slow down stays a little slower, but need not wait as long each time."""
    flow = await ask_code(hass, patience, await begin(hass))
    sim.fail(Endpoint.TOKEN, fault)
    sim.fail(Endpoint.TOKEN, login_error("authorization_pending"))
    sim.approve()
    flow = await wait_for_approval(hass, patience, flow)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert patience.waited == waited


async def test_no_wait_is_longer_than_the_code_lives(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    """BMW may want to be left alone for an hour, but by then the code is of no use."""
    flow = await ask_code(hass, patience, await begin(hass))
    sim.fail(Endpoint.TOKEN, faults.rate_limited(retry_after=3600))
    flow = await wait_for_approval(hass, patience, flow)
    assert flow["errors"] == {"base": "code_expired"}
    assert sum(patience.waited) == 300
    flow = await approve(hass, sim, patience, flow)
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_dialog_is_looked_at_again(
    hass: HomeAssistant,
    sim: SimulatedCarData,
    patience: Patience,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A dialog that is opened again shows the same code, and how long it lives yet."""
    flow = await ask_code(hass, patience, await begin(hass))
    code = flow["description_placeholders"]["code"]
    freezer.tick(190)
    again: Any = await hass.config_entries.flow.async_configure(flow["flow_id"])
    assert again["type"] is FlowResultType.SHOW_PROGRESS
    assert again["description_placeholders"]["code"] == code
    assert again["description_placeholders"]["minutes"] == "2"
    assert sim.pending == [code]
    sim.approve()
    flow = await wait_for_approval(hass, patience, flow)
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_dialog_is_closed_at_the_code(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    """A code that is not needed any more is not waited for either."""
    patience.begin()
    flow: Any = await begin(hass)
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], {"client_id": CLIENT_ID})
    hass.config_entries.flow.async_abort(flow["flow_id"])
    sim.approve()
    patience.end()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert endpoints(sim) == [Endpoint.DEVICE_CODE]


async def test_dialog_is_closed(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    """No approval is requested that is not waited for any more."""
    flow = await ask_code(hass, patience, await begin(hass))
    hass.config_entries.flow.async_abort(flow["flow_id"])
    sim.approve()
    patience.end()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert endpoints(sim) == [Endpoint.DEVICE_CODE]
    assert not hass.config_entries.async_entries(DOMAIN)


@pytest.mark.parametrize(
    ("scope", "error"), [(API, "api_not_subscribed"), (STREAM, "stream_not_subscribed")]
)
async def test_service_is_not_granted(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience, scope: str, error: str
) -> None:
    """A service that was switched off in between is missing in what is granted."""
    flow = await ask_code(hass, patience, await begin(hass))
    sim.subscribed.discard(scope)
    sim.approve()
    flow = await wait_for_approval(hass, patience, flow)
    assert flow["errors"] == {"base": error}
    mend(sim)
    flow = await approve(hass, sim, patience, flow)
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_nothing_is_reported_about_services(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    """Tokens that do not say what they are good for may be good for everything."""
    flow = await ask_code(hass, patience, await begin(hass))
    sim.fail(Endpoint.TOKEN, lacking(sim, "scope"))
    flow = await wait_for_approval(hass, patience, flow)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert flow["result"].state is ConfigEntryState.LOADED


async def test_account_without_id(
    hass: HomeAssistant, sim: SimulatedCarData, patience: Patience
) -> None:
    """There can be no stream for an account whose id BMW does not report, so there is no entry."""
    flow = await ask_code(hass, patience, await begin(hass))
    sim.fail(Endpoint.TOKEN, lacking(sim, "gcid"))
    flow = await wait_for_approval(hass, patience, flow)
    assert flow["errors"] == {"base": "account_unknown"}
    assert not hass.config_entries.async_entries(DOMAIN)
    flow = await approve(hass, sim, patience, flow)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert flow["result"].unique_id == sim.gcid


async def test_known_client_is_refused_before_the_approval(
    hass: HomeAssistant, sim: SimulatedCarData, entry: MockConfigEntry
) -> None:
    """The same client cannot be set up twice, which is reported before there is a code."""
    entry.add_to_hass(hass)
    flow = await step(hass, await begin(hass), {"client_id": CLIENT_ID.upper()})
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == "already_configured"
    assert not sim.calls


async def test_known_account_with_another_client(
    hass: HomeAssistant, sim: SimulatedCarData, entry: MockConfigEntry, patience: Patience
) -> None:
    """The id that BMW gives an account shows that it is the same one."""
    entry.add_to_hass(hass)
    sim.client_id = OTHER_ID
    flow = await approve(hass, sim, patience, await begin(hass))
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == "already_configured"
    assert entry.data["sources"]["cardata"]["client_id"] == CLIENT_ID
