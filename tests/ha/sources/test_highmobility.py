"""High Mobility in Home Assistant: set-up in both ways, values, webhooks, costs, removal."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
import logging
from typing import Any
from zipfile import ZipFile

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.diagnostics import DOMAIN as DIAGNOSTICS
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import httpx
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.mybmw.const import DOMAIN
from tests.ha.support import flows, settle, state
from tests.ha.support.flow_steps import choose, open_settings, step, suggested
from tests.ha.support.highmobility import (
    CONSENT,
    FLEET,
    HOOK,
    I4,
    Browser,
    begin,
    fleet_entry,
    post,
    simulated,
)
from tests.replay.highmobility import (
    SECRET,
    WEBHOOK_SECRET,
    Delivery,
    Place,
    SimulatedHighMobility,
    bundled,
    fails,
    sign,
)
from tests.replay.highmobility.recordings import recorded

CARS = bundled()
RECORDED = recorded()

type Elapse = Callable[[timedelta], Awaitable[None]]

MILEAGE = "sensor.i4_edrive40_mileage"
CHARGE = "sensor.i4_edrive40_remaining_battery_percent"
EVENT = "event.i4_edrive40_event"
SERVICE = "sensor.high_mobility"
CAR = "sensor.i4_edrive40"
CAP = "binary_sensor.i4_edrive40_data_cost_cap_reached"


@pytest.fixture(autouse=True)
async def _web(hass: HomeAssistant) -> None:
    """Home Assistant has an address, and what registers pages with it does so before it starts."""
    for component in ("auth", "webhook", "repairs", "image", "notify"):
        assert await async_setup_component(hass, component, {})


@pytest.fixture
def elapse(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Elapse:
    """Let time pass, and everything happen that is due; listening never ends."""

    async def run(delta: timedelta) -> None:
        freezer.tick(delta)
        async_fire_time_changed(hass)
        await settle(hass)

    return run


@pytest.fixture
def service() -> Iterator[SimulatedHighMobility]:
    """The service, with one car."""
    sim = simulated()
    with sim.router():
        yield sim


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """An account with a fleet of one car."""
    made = fleet_entry()
    made.add_to_hass(hass)
    return made


@pytest.fixture
async def account(
    hass: HomeAssistant, service: SimulatedHighMobility, entry: MockConfigEntry
) -> MockConfigEntry:
    """The same account, cleared and set up."""
    service.clear()
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    return entry


async def test_fleet(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    elapse: Elapse,
    browser: Browser,
) -> None:
    """Log in, ask for clearance, show the webhook; values come once the car is cleared."""
    service.delay = timedelta(hours=1)
    flow = await begin(hass, "fleet")
    flow = await step(hass, flow, FLEET)
    assert flow["step_id"] == "highmobility_webhook", flow
    shown = suggested(flow)
    flow = await step(hass, flow, {})
    assert (flow["type"], flow["title"]) == (FlowResultType.CREATE_ENTRY, "High Mobility")
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    kept = entry.data["sources"]["highmobility"]
    assert shown["webhook_url"].endswith(f"/api/webhook/{kept['webhook_id']}")
    assert shown["webhook_secret"] == kept["webhook_secret"]
    assert kept["vins"] == [I4]
    assert service.asked(Place.DATA) == 0
    service.webhook_secret = kept["webhook_secret"]
    service.delay = timedelta()
    sent = service.set_clearance(I4, "approved")
    assert await post(browser, sent, kept["webhook_id"]) == 202
    await elapse(timedelta(seconds=5))
    assert float(state(hass, MILEAGE)) > 0
    assert service.asked(Place.DATA) == 1


@pytest.mark.parametrize(
    ("change", "told", "error"),
    [
        ({"client_secret": "wrong"}, {}, "highmobility_invalid_auth"),
        ({"client_secret": ""}, {}, "secret_or_key"),
        ({"private_key": "text", "client_secret": ""}, {}, "private_key_form"),
        ({"vins": []}, {}, "vin_form"),
        ({"vins": ["WBA"]}, {}, "vin_form"),
        ({}, {"eligible": False}, "car_not_supported"),
        ({}, {"data_delivery": ["push"]}, "car_no_delivery"),
        ({}, {"eligible": False, "connectivity_status": "deactivated"}, None),
        ({}, {"eligible": False, "primary_user_assigned": False}, "car_no_primary_user"),
    ],
)
async def test_fleet_refused(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    change: dict[str, Any],
    told: dict[str, Any],
    error: str | None,
) -> None:
    """A sentence for each cause; what was typed stays, and mended it works."""
    service.eligibility[I4] = told
    flow = await step(hass, await begin(hass, "fleet"), {**FLEET, **change})
    assert flow["step_id"] == "highmobility_fleet"
    assert list(flow["errors"].values()) == [error or "car_connectivity_deactivated"]
    assert suggested(flow)["client_id"] == FLEET["client_id"]
    assert suggested(flow)["client_secret"] is None
    assert service.clearance == {}
    service.eligibility.clear()
    flow = await step(hass, flow, FLEET)
    assert flow["step_id"] == "highmobility_webhook"


async def test_fleet_with_a_private_key(
    hass: HomeAssistant, service: SimulatedHighMobility
) -> None:
    """The app signs with its key instead of a secret; line breaks may get lost on the way."""
    key = generate_private_key(SECP256R1())
    form = (PrivateFormat.PKCS8, NoEncryption())
    private = key.private_bytes(Encoding.PEM, *form).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    service.secret, service.key_id, service.public_key = None, "key-1", public.decode()
    answer = {key: value for key, value in FLEET.items() if key != "client_secret"}
    flow = await step(hass, await begin(hass, "fleet"), {**answer, "private_key": private})
    assert flow["errors"] == {"base": "key_id_missing"}
    flow = await step(hass, flow, {**answer, "key_id": "key-1"})
    assert flow["step_id"] == "highmobility_webhook", flow
    flow = await step(hass, flow, {})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert float(state(hass, MILEAGE)) > 0


async def test_privacy_mode(
    hass: HomeAssistant, service: SimulatedHighMobility, account: MockConfigEntry, elapse: Elapse
) -> None:
    """A car that keeps its data to itself loses nothing, and comes back."""
    before = state(hass, MILEAGE)
    body = {"errors": [{"title": "Forbidden", "detail": "Privacy mode is active"}]}
    service.fail(Place.DATA, fails(403, body))
    await elapse(timedelta(hours=1, seconds=1))
    assert state(hass, MILEAGE) == before
    assert (DOMAIN, f"not_allowed_{account.entry_id}") not in ir.async_get(hass).issues
    for _ in range(8):
        await elapse(timedelta(hours=1))
    assert state(hass, MILEAGE) == before


async def consent(
    hass: HomeAssistant, sim: SimulatedHighMobility, flow: Any, client: Browser, vin: str = I4
) -> Any:
    """Let the owner give consent, and the browser come back to Home Assistant."""
    assert flow["type"] is FlowResultType.EXTERNAL_STEP, flow
    back = httpx.URL(sim.owner.consent(flow["url"], vin))
    assert back.path == "/auth/external/callback"
    answer = await client.get("/auth/external/callback", params=dict(back.params))
    assert answer.status == 200
    await hass.async_block_till_done()
    return await step(hass, flow)


@pytest.fixture
async def browser(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    current_request_with_host: None,
) -> Browser:
    """The browser of the owner."""
    return await hass_client_no_auth()


async def test_consent(
    hass: HomeAssistant, service: SimulatedHighMobility, browser: Browser, elapse: Elapse
) -> None:
    """Consent is pending until the owner approves in the portal; the webhook brings values."""
    flow = await begin(hass, "consent")
    assert suggested(flow)["redirect_uri"] == "https://example.com/auth/external/callback"
    flow = await step(hass, flow, CONSENT)
    assert dict(httpx.URL(flow["url"]).params)["brand"] == "bmw"
    flow = await consent(hass, service, flow, browser)
    assert flow["step_id"] == "highmobility_webhook", flow
    flow = await step(hass, flow, {})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    kept = entry.data["sources"]["highmobility"]
    assert "redirect_uri" not in kept
    assert entry.state is ConfigEntryState.LOADED
    assert service.asked(Place.DATA) == 0
    assert state(hass, f"{SERVICE}_connection_to_bmw") == "waiting"
    service.webhook_secret = kept["webhook_secret"]
    service.owner.approve()
    sent = service.deliveries[-1]
    answer = await browser.post(
        f"/api/webhook/{kept['webhook_id']}", data=sent.body, headers=sent.headers
    )
    assert answer.status == 202
    await elapse(timedelta(seconds=5))
    assert float(state(hass, MILEAGE)) > 0
    assert state(hass, f"{SERVICE}_connection_to_bmw") == "connected"


async def test_consent_revoked(
    hass: HomeAssistant, service: SimulatedHighMobility, browser: Browser, elapse: Elapse
) -> None:
    """An owner who takes the consent back is asked for another one; the account stays."""
    flow = await step(hass, await begin(hass, "consent"), CONSENT)
    flow = await step(hass, await consent(hass, service, flow, browser), {})
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    hook = entry.data["sources"]["highmobility"]["webhook_id"]
    service.owner.approve()
    await elapse(timedelta(minutes=31))
    assert float(state(hass, MILEAGE)) > 0
    service.owner.revoke()
    for _ in range(8):
        await elapse(timedelta(hours=1))
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "highmobility_consent"
    flow = await step(hass, flow, {**CONSENT, "client_secret": ""})
    flow = await step(hass, await consent(hass, service, flow, browser), {})
    assert flow["reason"] == "reauth_successful"
    assert entry.data["sources"]["highmobility"]["webhook_id"] == hook
    service.owner.approve()
    await elapse(timedelta(minutes=31))
    assert float(state(hass, MILEAGE)) > 0


async def test_consent_denied(
    hass: HomeAssistant, service: SimulatedHighMobility, browser: Browser
) -> None:
    """The dialog says so, and keeps what was typed; another try works, and with PKCE."""
    service.secret = None
    entered = {key: value for key, value in CONSENT.items() if key != "client_secret"}
    flow = await step(hass, await begin(hass, "consent"), {**entered, "app_id": "abc"})
    flow = await consent(hass, service, flow, browser, "WBA0NOTMINE000001")
    assert (flow["step_id"], flow["errors"]) == ("highmobility_consent", {"base": "consent_denied"})
    assert suggested(flow)["app_id"] == "abc"
    flow = await step(hass, flow, entered)
    flow = await consent(hass, service, flow, browser)
    assert flow["step_id"] == "highmobility_webhook"


async def test_consent_with_a_wrong_secret(
    hass: HomeAssistant, service: SimulatedHighMobility, browser: Browser
) -> None:
    flow = await step(hass, await begin(hass, "consent"), {**CONSENT, "client_secret": "wrong"})
    flow = await consent(hass, service, flow, browser)
    assert flow["errors"] == {"base": "highmobility_invalid_auth"}
    flow = await step(hass, flow, {**CONSENT, "auth_uri": "http://evil.example"})
    assert flow["errors"] == {"base": "address_form"}


async def test_events(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    account: MockConfigEntry,
    elapse: Elapse,
    browser: Browser,
) -> None:
    """Every event is reported, the car is read at once, and warnings show as what they are."""
    reads = service.asked(Place.DATA)
    service.cars[I4].tell("charging.battery_level", 0.5, service.clock() + timedelta(seconds=1))
    assert await post(browser, service.delivery("battery_guard_warning", I4)) == 202
    await elapse(timedelta(seconds=1))
    assert service.asked(Place.DATA) == reads + 1
    for kind in ("accident_reported", "new_kind_of_event"):
        assert await post(browser, service.delivery(kind, I4)) == 202
        await elapse(timedelta(seconds=1))
    told = hass.states.get(EVENT)
    assert told is not None
    assert told.attributes["event_type"] == "unknown"
    assert state(hass, "binary_sensor.i4_edrive40_12_v_battery_low") == "on"
    assert state(hass, "binary_sensor.i4_edrive40_accident") == "on"
    assert service.asked(Place.DATA) == reads + 1
    await elapse(timedelta(seconds=10))
    assert service.asked(Place.DATA) == reads + 2
    assert await post(browser, service.delivery("ping")) == 202
    await elapse(timedelta(seconds=1))
    assert state(hass, f"{SERVICE}_last_webhook") != "unknown"


@pytest.mark.parametrize("name", RECORDED)
async def test_recorded_cars(
    hass: HomeAssistant, name: str, freezer: FrozenDateTimeFactory
) -> None:
    """A car of the bundled recordings has the entities and states of the simulated one."""
    found = []
    freezer.move_to(CARS[name].measured + timedelta(minutes=1))
    for made in (CARS[name], RECORDED[name]):
        service = SimulatedHighMobility.of([made])
        service.clear()
        entry = fleet_entry(made.vin)
        entry.add_to_hass(hass)
        with service.router():
            await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done()
            # The state of an event is the millisecond in which it was reported
            found.append(
                {
                    item.entity_id: item.state[:-10] if item.domain == "event" else item.state
                    for item in hass.states.async_all()
                }
            )
            assert await hass.config_entries.async_remove(entry.entry_id)
            await hass.async_block_till_done()
    assert found[0] == found[1]
    assert len(found[0]) > 20


async def test_ten_thousand_deliveries(
    hass: HomeAssistant,
    elapse: Elapse,
    freezer: FrozenDateTimeFactory,
    browser: Browser,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Wrong ones get nowhere, good ones cause two reads a car, and nothing is in the log.

    They come by HTTP, a hundred at once.
    """
    caplog.set_level(logging.WARNING)
    caplog.set_level(logging.DEBUG, f"custom_components.{DOMAIN}")
    caplog.set_level(logging.CRITICAL, "aiohttp.access")
    hass.loop.set_debug(False)
    service = simulated("i4_edrive40", "x3_30e")
    service.clear()
    vins = [*service.cars]
    fleet_entry(*vins).add_to_hass(hass)
    with service.router(pass_through=True):
        assert await async_setup_component(hass, DOMAIN, {})
        await hass.async_block_till_done()
        reads = {vin: service.asked(Place.DATA, vin) for vin in vins}
        kinds = _kinds(service)
        for number in range(100):
            batch = [kinds[(100 * number + place) % len(kinds)] for place in range(100)]
            found = await asyncio.gather(*(post(browser, sent) for sent, _ in batch))
            assert found == [status for _, status in batch]
        await elapse(timedelta(milliseconds=100))
        for vin in vins:
            assert service.asked(Place.DATA, vin) == reads[vin] + 1
        sent = []
        for number in range(100):
            freezer.tick(timedelta(milliseconds=1))
            sent.append(service.delivery("vehicle_location_changed", vins[number % 2]))
        assert set(await asyncio.gather(*(post(browser, item) for item in sent))) == {202}
        for _ in range(4):
            await elapse(timedelta(seconds=10))
        for vin in vins:
            assert service.asked(Place.DATA, vin) == reads[vin] + 2
    loud = [line for line in caplog.records if line.levelno >= logging.WARNING]
    assert not [line for line in loud if line.name != "asyncio"]
    ours = " ".join(line.getMessage() for line in caplog.records if DOMAIN in line.name)
    for secret in (HOOK, SECRET, WEBHOOK_SECRET, *vins):
        assert secret not in ours


def _kinds(service: SimulatedHighMobility) -> list[tuple[Delivery, int]]:
    """Return deliveries that are wrong, useless or good, and what is answered to each."""
    good = [service.delivery("maintenance_changed", vin) for vin in service.cars]
    headers, body = good[0].headers, good[0].body
    plain = {name: value for name, value in headers.items() if "Signature" not in name}
    weak = {name: value for name, value in headers.items() if "256" not in name}
    wrong = (
        *(plain, weak),
        {**headers, "X-HM-Signature-256": "sha256=" + "0" * 64},
        {**headers, "X-HM-Signature-256": sign("another secret", body)},
    )
    malformed = (b"", b"{", b"[]", b"\xff\x00", b'{"event": [], "vehicle": 7}', b"1" * 60_000)
    signed = [
        Delivery(
            {"X-HM-Delivery": str(number), "X-HM-Signature-256": sign(WEBHOOK_SECRET, item)}, item
        )
        for number, item in enumerate(malformed)
    ]
    large = b" " * 70_000
    return [
        *((Delivery(names, body), 401) for names in wrong),
        (Delivery(headers, body + b" "), 401),
        (Delivery({**headers, "X-HM-Signature-256": sign(WEBHOOK_SECRET, large)}, large), 413),
        *((item, 202) for item in signed),
        *((item, 202) for item in good),
        (service.delivery("maintenance_changed", "WBA0NOTMINE000001"), 202),
    ]


async def test_costs(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    entry: MockConfigEntry,
    elapse: Elapse,
    freezer: FrozenDateTimeFactory,
    browser: Browser,
) -> None:
    """There are no sensors without a price; the counter survives a restart and a month's end."""
    freezer.move_to("2026-11-20T12:00:00Z")
    service.clear()
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert hass.states.get(f"{SERVICE}_cost_this_month") is None
    options = {"highmobility": {"webhook_price": 0.12, "price_cap": 6.69, "price_limit": 6.0}}
    hass.config_entries.async_update_entry(entry, options=options)
    await hass.config_entries.async_reload(entry.entry_id)
    for _ in range(55):
        freezer.tick(timedelta(milliseconds=1))
        assert await post(browser, service.delivery("trip_ended", I4)) == 202
    await elapse(timedelta(seconds=1))
    cost = hass.states.get(f"{SERVICE}_cost_this_month")
    assert cost is not None
    assert (cost.state, cost.attributes["unit_of_measurement"]) == ("6.6", "EUR")
    assert cost.attributes["last_reset"] == "2026-11-01T00:00:00+00:00"
    assert state(hass, f"{SERVICE}_cost_forecast") == "6.69"
    issues = ir.async_get(hass).issues
    assert (DOMAIN, f"price_limit_{entry.entry_id}") in issues
    await hass.config_entries.async_reload(entry.entry_id)
    duplicate = service.delivery("trip_started", I4)
    for _ in range(3):
        assert await post(browser, duplicate) == 202
    await elapse(timedelta(seconds=1))
    assert state(hass, f"{SERVICE}_cost_this_month") == "6.69"
    assert state(hass, f"{SERVICE}_billed_webhooks") == "56"
    assert state(hass, "binary_sensor.high_mobility_price_cap_reached") == "on"
    freezer.move_to("2026-12-01T00:00:05Z")
    assert await post(browser, service.delivery("trip_started", I4)) == 202
    await elapse(timedelta(seconds=1))
    assert state(hass, f"{SERVICE}_cost_this_month") == "0.12"


async def test_costs_of_a_car(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    elapse: Elapse,
    freezer: FrozenDateTimeFactory,
    browser: Browser,
) -> None:
    """Each car has its own sensors, in the currency of the contract; the month begins them anew."""
    freezer.move_to("2026-11-30T12:00:00Z")
    service.clear()
    prices = {"webhook_price": 0.5, "price_cap": 2.0, "currency": "CHF", "free_events": ["ping"]}
    entry = fleet_entry(highmobility={**prices, "call_price": 0.125})
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    cost = hass.states.get(f"{CAR}_data_cost_this_month")
    assert cost is not None
    assert (cost.state, cost.attributes["unit_of_measurement"]) == ("0.13", "CHF")
    assert cost.attributes["last_reset"] == "2026-11-01T00:00:00+00:00"
    assert (cost.attributes["state_class"], cost.attributes["device_class"]) == (
        *("total", "monetary"),
    )
    again = service.delivery("authorization_changed", I4, action="approved")
    for sent in (again, again, service.delivery("trip_ended", I4)):
        assert await post(browser, sent) == 202
    await elapse(timedelta(seconds=1))
    assert state(hass, f"{CAR}_data_cost_this_month") == "1.25"
    assert state(hass, f"{CAR}_data_cost_forecast") == "1.27"
    events = hass.states.get(f"{CAR}_billed_webhooks_this_month")
    assert events is not None
    assert (events.state, events.attributes["duplicates"], events.attributes["free"]) == ("2", 1, 0)
    assert state(hass, f"{CAR}_billed_calls_this_month") == "2"
    assert state(hass, CAP) == "off"
    for _ in range(2):
        freezer.tick(timedelta(milliseconds=1))
        assert await post(browser, service.delivery("trip_ended", I4)) == 202
    await elapse(timedelta(seconds=1))
    assert (state(hass, f"{CAR}_data_cost_this_month"), state(hass, CAP)) == ("2.0", "on")
    assert state(hass, f"{SERVICE}_cost_this_month") == "2.0"
    freezer.move_to("2026-11-30T23:59:59Z")
    await elapse(timedelta(seconds=2))
    cost = hass.states.get(f"{CAR}_data_cost_this_month")
    assert cost is not None
    assert float(cost.state) < 0.2
    assert cost.attributes["last_reset"] == "2026-12-01T00:00:00+00:00"
    assert state(hass, CAP) == "off"


async def test_month_of_the_owner(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    elapse: Elapse,
    freezer: FrozenDateTimeFactory,
) -> None:
    """With the option, a month begins at midnight in the time zone of Home Assistant."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to("2026-11-30T22:30:00Z")
    service.clear()
    entry = fleet_entry(highmobility={"call_price": 0.1, "local_month": True})
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    cost = hass.states.get(f"{CAR}_data_cost_this_month")
    assert cost is not None
    assert (cost.state, cost.attributes["last_reset"]) == ("0.1", "2026-10-31T23:00:00+00:00")
    freezer.move_to("2026-11-30T22:59:59Z")
    await elapse(timedelta(seconds=2))
    cost = hass.states.get(f"{CAR}_data_cost_this_month")
    assert cost is not None
    assert (cost.state, cost.attributes["last_reset"]) == ("0.0", "2026-11-30T23:00:00+00:00")


@pytest.mark.parametrize(
    "stored",
    [
        {"currency": "XTS", "free_events": ["an_event_of_a_newer_version"]},
        {"currency": None},
        {"free_events": "ping"},
        {"webhook_price": "much"},
    ],
)
async def test_stored_options(
    hass: HomeAssistant, service: SimulatedHighMobility, stored: dict[str, Any]
) -> None:
    """Options of a newer version are taken, damaged ones are named."""
    service.clear()
    entry = fleet_entry(highmobility=stored)
    entry.add_to_hass(hass)
    good = "XTS" in stored.values()
    assert await hass.config_entries.async_setup(entry.entry_id) is good
    assert good or (entry.reason is not None and next(iter(stored)) in entry.reason)


async def test_the_limit_ends_with_the_month(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    elapse: Elapse,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Polling stops at the limit of the user, and goes on with the next month."""
    freezer.move_to("2026-11-30T12:00:00Z")
    service.clear()
    entry = fleet_entry(highmobility={"call_price": 0.1, "price_limit": 0.3})
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    for _ in range(11):
        await elapse(timedelta(hours=1))
    issues, issue = ir.async_get(hass).issues, (DOMAIN, f"price_limit_{entry.entry_id}")
    assert service.asked(Place.DATA) == 3
    assert issue in issues
    freezer.move_to("2026-11-30T23:59:59Z")
    await elapse(timedelta(seconds=2))
    await elapse(timedelta(seconds=2))
    assert service.asked(Place.DATA) == 4
    assert issue not in issues


async def test_options(
    hass: HomeAssistant, service: SimulatedHighMobility, account: MockConfigEntry
) -> None:
    """Prices, currency and free events are options; what cannot be is not accepted."""
    flow: Any = await open_settings(hass, account)
    form = flow["data_schema"]({"highmobility": {}})["highmobility"]
    assert form["currency"] == "EUR"
    assert set(form["free_events"]) == {"ping", "authorization_changed", "fleet_clearance_changed"}
    for wrong in ({"currency": "Taler"}, {"price_cap": 0}, {"webhook_price": -1}):
        with pytest.raises(InvalidData):
            await hass.config_entries.options.async_configure(
                flow["flow_id"], {"highmobility": {**form, **wrong}}
            )
    entered = {**form, "currency": "CHF", "webhook_price": 0.125, "free_events": []}
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"highmobility": entered}
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert account.options["highmobility"] == entered
    assert account.state is ConfigEntryState.LOADED


async def test_not_allowed(
    hass: HomeAssistant, service: SimulatedHighMobility, account: MockConfigEntry, elapse: Elapse
) -> None:
    """A consent that was withdrawn is reported under Repairs; values stay, and come back."""
    before = state(hass, MILEAGE)
    service.set_clearance(I4, "revoked")
    for _ in range(8):
        await elapse(timedelta(hours=1))
    assert (DOMAIN, f"not_allowed_{account.entry_id}") in ir.async_get(hass).issues
    service.set_clearance(I4, "approved")
    for _ in range(8):
        await elapse(timedelta(hours=1))
    assert (DOMAIN, f"not_allowed_{account.entry_id}") not in ir.async_get(hass).issues
    assert state(hass, MILEAGE) == before


async def test_login_again(
    hass: HomeAssistant, service: SimulatedHighMobility, account: MockConfigEntry, elapse: Elapse
) -> None:
    """A secret that was changed is asked for; the webhook stays the same."""
    service.secret = "another-secret-of-the-app"
    for _ in range(8):
        await elapse(timedelta(hours=1))
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "highmobility_fleet"
    answer = {**FLEET, "client_secret": service.secret}
    flow = await step(hass, flow, {**answer, "client_secret": "wrong"})
    assert flow["errors"] == {"base": "highmobility_invalid_auth"}
    flow = await step(hass, await step(hass, flow, answer), {})
    assert flow["reason"] == "reauth_successful"
    kept = account.data["sources"]["highmobility"]
    assert (kept["webhook_id"], kept["client_secret"]) == (HOOK, service.secret)
    assert flows(hass) == []


async def test_removal(
    hass: HomeAssistant, service: SimulatedHighMobility, account: MockConfigEntry
) -> None:
    """The tokens are revoked, and nothing keeps the account from going if that fails."""
    access = account.data["sources"]["highmobility"]["tokens"]["access"]
    assert await hass.config_entries.async_remove(account.entry_id)
    assert service.revoked == [access]


async def test_removal_without_the_service(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    account: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    service.fail(Place.REVOKE, fails(500), times=9)
    assert await hass.config_entries.async_remove(account.entry_id)
    assert "could not be revoked" in caplog.text


async def test_diagnostics(
    hass: HomeAssistant, account: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    """It reports what came, and no secret."""
    assert await async_setup_component(hass, DIAGNOSTICS, {})
    report: Any = await get_diagnostics_for_config_entry(hass, hass_client, account)
    assert report["sources"]["highmobility"]["answers"]
    told = str(report)
    tokens = account.data["sources"]["highmobility"]["tokens"]
    for secret in (SECRET, WEBHOOK_SECRET, HOOK, tokens["access"], FLEET["client_id"]):
        assert secret not in told


async def test_fingerprint(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    account: MockConfigEntry,
    elapse: Elapse,
    browser: Browser,
) -> None:
    """The action writes what was delivered as well, without what is personal."""
    sent = service.delivery("trip_ended", I4, driver="Erika")
    assert await post(browser, sent) == 202
    await elapse(timedelta(seconds=1))
    answer: Any = await hass.services.async_call(
        DOMAIN,
        "create_fingerprint",
        {"config_entry_id": account.entry_id},
        blocking=True,
        return_response=True,
    )
    with ZipFile(answer["path"]) as packed:
        texts = {name: packed.read(name).decode() for name in packed.namelist()}
    (line,) = texts["highmobility-webhooks.jsonl"].splitlines()
    assert '"type":"trip_ended"' in line
    told = " ".join(texts.values())
    for secret in ("Erika", SECRET, WEBHOOK_SECRET, HOOK, FLEET["client_id"]):
        assert secret not in told


async def test_added_to_an_account(
    hass: HomeAssistant, service: SimulatedHighMobility, account: MockConfigEntry
) -> None:
    """Reconfigure shows the same form; a car that is left out loses its clearance."""
    flow = await choose(
        hass, await account.start_reconfigure_flow(hass), "highmobility_reconfigure"
    )
    assert suggested(flow)["vins"] == [I4]
    answer = {key: value for key, value in FLEET.items() if key != "client_secret"}
    flow = await step(hass, flow, answer)
    assert suggested(flow)["webhook_secret"] == WEBHOOK_SECRET
    flow = await step(hass, flow, {})
    assert flow["reason"] == "reconfigure_successful"
    assert account.data["sources"]["highmobility"]["client_secret"] == SECRET
