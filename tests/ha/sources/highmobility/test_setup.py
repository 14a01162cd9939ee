"""High Mobility: what may go wrong in its set-up, with a way on, and the test of its webhook."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowContext,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, issue_registry as ir
import httpx
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.const import DOMAIN
from tests.ha.sources.test_highmobility import EVENT, MILEAGE, SERVICE, Elapse, consent
from tests.ha.support import state
from tests.ha.support.flow_steps import choose, step, suggested
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
from tests.replay.highmobility import Delivery, Place, SimulatedHighMobility, fails, sign

X3 = "WBA0FINGERPRINT04"
EXPIRED = {"error": "invalid_grant", "error_description": "The code has expired"}


def issue(hass: HomeAssistant, kind: str, account: ConfigEntry) -> bool:
    return (DOMAIN, f"{kind}_{account.entry_id}") in ir.async_get(hass).issues


async def test_consent_took_too_long(
    hass: HomeAssistant, service: SimulatedHighMobility, browser: Browser
) -> None:
    """A code that has expired is said to be so; the pages open again, and what was typed stays."""
    flow = await step(hass, await begin(hass, "consent"), {**CONSENT, "app_id": "abc"})
    service.fail(Place.TOKEN, fails(400, EXPIRED))
    flow = await consent(hass, service, flow, browser)
    assert (flow["step_id"], flow["errors"]) == (
        "highmobility_consent",
        {"base": "consent_expired"},
    )
    assert suggested(flow)["app_id"] == "abc"
    flow = await step(hass, flow, {**CONSENT, "client_secret": ""})
    flow = await consent(hass, service, flow, browser)
    assert flow["step_id"] == "highmobility_webhook"


async def test_owner_denies(
    hass: HomeAssistant, service: SimulatedHighMobility, browser: Browser
) -> None:
    """No request is made with what the browser brings; the same dialog goes on."""
    flow = await step(hass, await begin(hass, "consent"), CONSENT)
    denied = httpx.URL(flow["url"]).copy_set_param("decision", "deny")
    back = httpx.URL(service.handle(httpx.Request("GET", denied)).headers["location"])
    assert back.params["error"] == "access_denied"
    assert (await browser.get(back.path, params=dict(back.params))).status == 200
    await hass.async_block_till_done()
    flow = await step(hass, flow)
    assert flow["errors"] == {"base": "consent_denied"}
    assert service.asked(Place.TOKEN) == 0
    flow = await step(hass, flow, {**CONSENT, "client_secret": ""})
    flow = await consent(hass, service, flow, browser)
    assert flow["step_id"] == "highmobility_webhook"


async def test_consent_denied_in_the_portal(
    hass: HomeAssistant, service: SimulatedHighMobility, browser: Browser, elapse: Elapse
) -> None:
    """The account asks for another consent, and nothing of it is lost."""
    flow = await step(hass, await begin(hass, "consent"), CONSENT)
    flow = await step(hass, await consent(hass, service, flow, browser), {})
    service.owner.deny()
    await elapse(timedelta(minutes=31))
    (progress,) = hass.config_entries.flow.async_progress()
    flow = await step(hass, progress)
    assert flow["step_id"] == "highmobility_consent"
    assert suggested(flow)["client_id"] == CONSENT["client_id"]
    flow = await step(hass, flow, {**CONSENT, "client_secret": ""})
    flow = await step(hass, await consent(hass, service, flow, browser), {})
    assert flow["reason"] == "reauth_successful"


async def test_privacy_mode_is_shown(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    account: MockConfigEntry,
    elapse: Elapse,
) -> None:
    """Repairs say why nothing new comes, and what to do, until the car can be read again."""
    body = {"errors": [{"title": "Forbidden", "detail": "Privacy mode is active"}]}
    service.fail(Place.DATA, fails(403, body))
    before = state(hass, MILEAGE)
    await elapse(timedelta(hours=1, seconds=1))
    assert issue(hass, "privacy_mode", account)
    assert state(hass, MILEAGE) == before
    await elapse(timedelta(hours=2))
    assert not issue(hass, "privacy_mode", account)


async def test_owner_ends_the_clearance(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    account: MockConfigEntry,
    elapse: Elapse,
    browser: Browser,
) -> None:
    """The webhook reports it at once; Reconfigure requests clearance again; values come back."""
    assert await post(browser, service.set_clearance(I4, "revoked", "by the owner")) == 202
    await elapse(timedelta(seconds=1))
    assert issue(hass, "not_allowed", account)
    flow = await choose(
        hass, await account.start_reconfigure_flow(hass), "highmobility_reconfigure"
    )
    await step(hass, await step(hass, flow, {**FLEET, "client_secret": ""}), {})
    assert service.clearance[I4]["status"] == "pending"
    await elapse(timedelta(seconds=1))
    assert not issue(hass, "not_allowed", account)
    assert float(state(hass, MILEAGE)) > 0


async def test_cars_change(
    hass: HomeAssistant, browser: Browser, elapse: Elapse, freezer: FrozenDateTimeFactory
) -> None:
    """A car that is added is read at once; one that is left out loses clearance and device."""
    service = simulated("i4_edrive40", "x3_30e")
    with service.router():
        account = fleet_entry(I4)
        account.add_to_hass(hass)
        service.clear(I4)
        await hass.config_entries.async_setup(account.entry_id)
        await hass.async_block_till_done()

        def has_device(vin: str) -> bool:
            known = dr.async_entries_for_config_entry(dr.async_get(hass), account.entry_id)
            return any((DOMAIN, vin) in device.identifiers for device in known)

        async def change(*vins: str) -> None:
            flow = await choose(
                hass, await account.start_reconfigure_flow(hass), "highmobility_reconfigure"
            )
            answer = {**FLEET, "client_secret": "", "vins": list(vins)}
            await step(hass, await step(hass, flow, answer), {})
            await elapse(timedelta(seconds=1))

        await change(I4, X3)
        assert service.asked(Place.DATA, X3) == 1
        assert has_device(X3)
        await change(X3)
        assert service.clearance[I4]["status"] == "revoking"
        assert not has_device(I4)
        assert has_device(X3)
        assert hass.states.get(MILEAGE) is None


async def test_console_tests_the_webhook(
    hass: HomeAssistant, service: SimulatedHighMobility, browser: Browser, elapse: Elapse
) -> None:
    """The test comes while the dialog is open, is shown by the account, and after a restart too."""
    flow = await step(hass, await begin(hass, "fleet"), FLEET)
    shown = suggested(flow)
    hook = shown["webhook_url"].rpartition("/")[2]
    service.webhook_secret = "another"
    assert await post(browser, service.delivery("ping"), hook) == 401
    service.webhook_secret = shown["webhook_secret"]
    assert await post(browser, service.delivery("ping"), hook) == 202
    flow = await step(hass, flow, {})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await elapse(timedelta(seconds=1))
    told = state(hass, f"{SERVICE}_last_webhook")
    assert told != "unknown"
    (account,) = hass.config_entries.async_entries(DOMAIN)
    await hass.config_entries.async_reload(account.entry_id)
    assert state(hass, f"{SERVICE}_last_webhook") == told
    assert await post(browser, service.delivery("ping"), hook) == 202


async def test_dialog_that_is_left(
    hass: HomeAssistant, service: SimulatedHighMobility, browser: Browser
) -> None:
    """Nothing takes messages to an address that came to nothing."""
    flow = await step(hass, await begin(hass, "fleet"), FLEET)
    shown = suggested(flow)
    service.webhook_secret = shown["webhook_secret"]
    hook = shown["webhook_url"].rpartition("/")[2]
    assert await post(browser, service.delivery("ping"), hook) == 202
    hass.config_entries.flow.async_abort(flow["flow_id"])
    await hass.async_block_till_done()
    assert await post(browser, service.delivery("ping"), hook) == 200


async def test_nothing_comes(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    account: MockConfigEntry,
    elapse: Elapse,
    browser: Browser,
) -> None:
    """Repairs say so after two days, over a restart, and until the first message that is right."""
    assert state(hass, f"{SERVICE}_last_webhook") == "unknown"
    await elapse(timedelta(hours=30))
    await hass.config_entries.async_reload(account.entry_id)
    assert not issue(hass, "webhook_silent", account)
    await elapse(timedelta(hours=19))
    assert issue(hass, "webhook_silent", account)
    assert await post(browser, service.delivery("ping")) == 202
    await elapse(timedelta(seconds=1))
    assert not issue(hass, "webhook_silent", account)


async def test_wrong_webhook_secret(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    account: MockConfigEntry,
    elapse: Elapse,
    browser: Browser,
) -> None:
    """Repairs say at once that the signature is wrong, until one is right."""
    ping = service.delivery("ping")
    wrong = Delivery({**ping.headers, "X-HM-Signature-256": sign("other", ping.body)}, ping.body)
    assert await post(browser, wrong) == 401
    await elapse(timedelta(seconds=1))
    assert issue(hass, "webhook_refused", account)
    assert await post(browser, ping) == 202
    await elapse(timedelta(seconds=1))
    assert not issue(hass, "webhook_refused", account)
    assert await post(browser, wrong) == 401
    await elapse(timedelta(seconds=1))
    assert not issue(hass, "webhook_refused", account)


@pytest.mark.parametrize(("options", "status"), [({}, 401), ({"accept_sha1": True}, 202)])
async def test_sha1_is_an_option(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    entry: MockConfigEntry,
    browser: Browser,
    options: dict[str, Any],
    status: int,
) -> None:
    """And never enough where there is the better signature, which is wrong."""
    service.clear()
    hass.config_entries.async_update_entry(entry, options={"highmobility": options})
    await hass.config_entries.async_setup(entry.entry_id)
    sent = service.delivery("trip_ended", I4)
    headers = dict(sent.headers)
    del headers["X-HM-Signature-256"]
    assert await post(browser, Delivery(headers, sent.body)) == status
    forged = {**headers, "X-HM-Signature-256": "sha256=" + "0" * 64}
    assert await post(browser, Delivery(forged, sent.body)) == 401


async def test_late_delivery(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    account: MockConfigEntry,
    elapse: Elapse,
    browser: Browser,
    freezer: FrozenDateTimeFactory,
) -> None:
    """One that is older than a day is recorded, and causes no read."""
    old = service.delivery("maintenance_changed", I4)
    await elapse(timedelta(hours=24, seconds=1))
    reads = service.asked(Place.DATA)
    assert await post(browser, old, HOOK) == 202
    await elapse(timedelta(seconds=20))
    assert service.asked(Place.DATA) == reads
    told = hass.states.get(EVENT)
    assert told is not None
    assert told.attributes["event_type"] == "maintenance_changed"


async def test_clearance_is_refused(hass: HomeAssistant, service: SimulatedHighMobility) -> None:
    """A car whose clearance is refused at once can be left out; nothing else is asked twice."""
    odd = "WBA0NOTMINE000001"
    service.eligibility[odd] = {
        "eligible": True,
        "data_delivery": ["pull"],
        "connectivity_status": "activated",
        "primary_user_assigned": True,
    }
    flow = await step(hass, await begin(hass, "fleet"), {**FLEET, "vins": [I4, odd]})
    assert flow["errors"] == {"base": "car_refused"}
    assert flow["description_placeholders"]["car"] == "…E000001"
    flow = await step(hass, flow, {**FLEET, "client_secret": "", "vins": [I4]})
    assert flow["step_id"] == "highmobility_webhook"
    assert service.asked(Place.REQUEST_CLEARANCE) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [(422, "car_not_supported"), (429, "quota"), (500, "api_error")],
)
async def test_eligibility_cannot_be_checked(
    hass: HomeAssistant, service: SimulatedHighMobility, status: int, error: str
) -> None:
    """A VIN that the service does not accept is named; other causes pass, and nothing is lost."""
    service.fail(Place.ELIGIBILITY, fails(status))
    flow = await step(hass, await begin(hass, "fleet"), FLEET)
    assert flow["errors"] == {"base": error}
    assert suggested(flow)["vins"] == [I4]
    assert service.clearance == {}
    flow = await step(hass, flow, {**FLEET, "client_secret": ""})
    assert flow["step_id"] == "highmobility_webhook"


@pytest.mark.parametrize("sandbox", [True, False])
async def test_hosts(hass: HomeAssistant, browser: Browser, sandbox: bool) -> None:
    """Sandbox and production are never mixed."""
    service, prefix = simulated(), "sandbox." if sandbox else ""
    with service.router() as router:
        flow = await step(hass, await begin(hass, "consent"), {**CONSENT, "sandbox": sandbox})
        assert httpx.URL(flow["url"]).host == f"{prefix}owner-panel.high-mobility.com"
        flow = await consent(hass, service, flow, browser)
        await step(hass, flow, {})
        service.owner.approve()
        flow = await begin(hass, "fleet")
        flow = await step(hass, flow, {**FLEET, "brand": "sandbox", "sandbox": sandbox})
        assert flow["step_id"] == "highmobility_webhook"
        asked = {call.request.url.host for call in router.calls}
    assert asked == {f"{prefix}api.high-mobility.com"}
    assert service.clearance[I4]["brand"] == "sandbox"


@pytest.mark.parametrize("status", ["denied", "rejected", "revoked", "expired"])
async def test_owner_decides_against_it(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    browser: Browser,
    elapse: Elapse,
    status: str,
) -> None:
    """A token that says so is not waited for any longer."""
    flow = await step(hass, await begin(hass, "consent"), CONSENT)
    await step(hass, await consent(hass, service, flow, browser), {})
    told = {"access_token": "x" * 30, "refresh_token": "y" * 30, "status": status}
    service.fail(Place.TOKEN, fails(200, told), times=9)
    await elapse(timedelta(minutes=31))
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "highmobility_consent"


async def test_consent_for_another_car(
    hass: HomeAssistant, browser: Browser, elapse: Elapse
) -> None:
    """After a new login the account has the car that the new consent is about."""
    service = simulated("i4_edrive40", "x3_30e")
    with service.router():
        flow = await step(hass, await begin(hass, "consent"), CONSENT)
        await step(hass, await consent(hass, service, flow, browser), {})
        service.owner.approve()
        await elapse(timedelta(minutes=31))
        assert float(state(hass, MILEAGE)) > 0
        (account,) = hass.config_entries.async_entries(DOMAIN)
        context = ConfigFlowContext(source=SOURCE_RECONFIGURE, entry_id=account.entry_id)
        flow = await hass.config_entries.flow.async_init(DOMAIN, context=context)
        flow = await choose(hass, flow, "highmobility_reconfigure")
        flow = await step(hass, flow, {**CONSENT, "client_secret": ""})
        await step(hass, await consent(hass, service, flow, browser, X3), {})
        service.owner.approve()
        await elapse(timedelta(minutes=31))
        assert float(state(hass, "sensor.x3_30e_xdrive_mileage")) > 0
        for _ in range(4):
            await elapse(timedelta(hours=2))
        assert hass.states.get(MILEAGE) is None


async def test_webhook_while_set_up_is_tried_again(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    entry: MockConfigEntry,
    elapse: Elapse,
    browser: Browser,
) -> None:
    """What comes meanwhile is shown as soon as set-up works, which is tried at once."""
    service.clear()
    service.fail(Place.TOKEN, fails(503), times=1)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert await post(browser, service.delivery("trip_ended", I4)) == 202
    await elapse(timedelta(seconds=1))
    assert entry.runtime_data.last_update_success
    told = hass.states.get(EVENT)
    assert told is not None
    assert told.attributes["event_type"] == "trip_ended"
    assert float(state(hass, MILEAGE)) > 0


async def test_unknown_event(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    account: MockConfigEntry,
    elapse: Elapse,
    browser: Browser,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is shown, and its name is logged once, unless that may be something personal."""
    for kind in ("door_opened", "door_opened", I4.lower(), "x" * 50):
        assert await post(browser, service.delivery(kind, I4)) == 202
        await elapse(timedelta(seconds=1))
    told = hass.states.get(EVENT)
    assert told is not None
    assert told.attributes["event_type"] == "unknown"
    lines = [item.getMessage() for item in caplog.records if "unknown kind" in item.getMessage()]
    assert [line.rpartition(" ")[2] for line in lines] == ["door_opened"]


@pytest.mark.parametrize("status", ["rejected", "revoked", "canceled", "error"])
async def test_clearance_is_refused_later(
    hass: HomeAssistant,
    service: SimulatedHighMobility,
    browser: Browser,
    elapse: Elapse,
    status: str,
) -> None:
    """The account waits; then Repairs tells of a car that was never read, and how to go on."""
    service.delay = timedelta(hours=1)
    flow = await step(hass, await begin(hass, "fleet"), FLEET)
    service.webhook_secret = suggested(flow)["webhook_secret"]
    await step(hass, flow, {})
    await hass.async_block_till_done()
    assert state(hass, f"{SERVICE}_connection_to_bmw") == "waiting"
    (account,) = hass.config_entries.async_entries(DOMAIN)
    hook = account.data["sources"]["highmobility"]["webhook_id"]
    assert await post(browser, service.set_clearance(I4, status), hook) == 202
    await elapse(timedelta(seconds=1))
    assert issue(hass, "clearance_refused", account)
    assert state(hass, f"{SERVICE}_connection_to_bmw") == "connected"
    assert await post(browser, service.set_clearance(I4, "approved"), hook) == 202
    await elapse(timedelta(seconds=1))
    assert not issue(hass, "clearance_refused", account)
    assert float(state(hass, MILEAGE)) > 0
