"""Webhooks of sources: registered as long as the entry exists, whatever becomes of its set-up."""

from collections.abc import Iterator
from unittest.mock import patch

from homeassistant.components import cloud
from homeassistant.components.cloud import CloudConnectionState, CloudNotConnected
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.mybmw.const import DOMAIN
from custom_components.mybmw.runtime.webhook import async_forget_url, async_webhook_url
from custom_components.mybmw.sources.registry import SOURCES
from tests.ha.support import bell, state
from tests.ha.support.cardata import until

MILEAGE = "sensor.bmw_mileage"
EVENT = "event.bmw_event"
HOOK = "cafe5eed"
GOOD = {"X-Signature": "good"}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> bell.Service:
    """The made-up service, with its row in the registry."""
    monkeypatch.setitem(SOURCES, bell.SOURCE, bell.ROW)
    monkeypatch.setattr(bell, "SERVICE", bell.Service())
    return bell.SERVICE


@pytest.fixture
def entry(hass: HomeAssistant, service: bell.Service) -> MockConfigEntry:
    """An account of it."""
    data = {"sources": {"bell": {"webhook_id": HOOK}}}
    made = MockConfigEntry(domain=DOMAIN, title="Bell", data=data)
    made.add_to_hass(hass)
    return made


async def deliver(
    client: ClientSessionGenerator, body: bytes = b"{}", headers: dict[str, str] | None = None
) -> int:
    """Call the webhook; return the status of the answer."""
    answer = await (await client()).post(f"/api/webhook/{HOOK}", data=body, headers=headers)
    return answer.status


async def test_delivery(
    hass: HomeAssistant,
    service: bell.Service,
    entry: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """What is good is read at once; what is not is refused, and changes nothing."""
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass, MILEAGE) == "10"
    service.mileage = 20
    assert await deliver(hass_client_no_auth) == 401
    await hass.async_block_till_done()
    assert (state(hass, MILEAGE), state(hass, EVENT)) == ("10", "unknown")
    assert await deliver(hass_client_no_auth, headers=GOOD) == 202
    await until(lambda: state(hass, MILEAGE) == "20" and state(hass, EVENT) != "unknown")
    told = hass.states.get(EVENT)
    assert told is not None
    assert told.attributes["event_type"] == "maintenance_changed"
    assert told.attributes["time"] == "2026-01-01T00:00:00+00:00"


async def test_size_and_failures(
    hass: HomeAssistant,
    service: bell.Service,
    entry: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing raises, and nothing of what was sent is in the log."""
    await hass.config_entries.async_setup(entry.entry_id)
    most = b"x" * 64 * 1024
    assert await deliver(hass_client_no_auth, most, GOOD) == 202
    assert await deliver(hass_client_no_auth, most + b"x", GOOD) == 413
    assert await deliver(hass_client_no_auth, b"break", GOOD) == 500
    assert [len(body) for body in service.built[-1].delivered] == [len(most)]
    ours = [record.getMessage() for record in caplog.records if DOMAIN in record.name]
    assert not [told for told in ours if HOOK in told or bell.VIN in told]


async def test_while_set_up_is_tried_again(
    hass: HomeAssistant,
    service: bell.Service,
    entry: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """A delivery lets set-up be tried at once, and is handed over when that works."""
    service.down = True
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert await deliver(hass_client_no_auth, b"wrong") == 401
    await hass.async_block_till_done()
    assert service.reads == 1
    for _ in range(100):
        assert await deliver(hass_client_no_auth, headers=GOOD) == 202
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert service.reads == 2
    service.down = False
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.runtime_data.last_update_success
    assert len(service.built[-1].delivered) == 100
    assert state(hass, MILEAGE) == "10"


async def test_as_long_as_the_entry_exists(
    hass: HomeAssistant,
    service: bell.Service,
    entry: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert await deliver(hass_client_no_auth) == 401
    await hass.config_entries.async_remove(entry.entry_id)
    assert await deliver(hass_client_no_auth) == 200
    assert service.built[-1].delivered == []


@pytest.fixture
def nabu(hass: HomeAssistant) -> Iterator[dict[str, str]]:
    """A Home Assistant Cloud; what is in it are the addresses that it has made."""
    made: dict[str, str] = {}
    connected = {"now": False}

    async def create(_hass: HomeAssistant, webhook_id: str) -> str:
        if not connected["now"]:
            raise CloudNotConnected
        return made.setdefault(webhook_id, f"https://hooks.nabu.casa/{webhook_id}")

    async def delete(_hass: HomeAssistant, webhook_id: str) -> None:
        made.pop(webhook_id)

    @callback
    def listen(_state: CloudConnectionState) -> None:
        connected["now"] = True

    hass.config.components.add("cloud")
    cloud.async_listen_connection_change(hass, listen)
    with (
        patch.object(cloud, "async_active_subscription", return_value=True),
        patch.object(cloud, "async_get_or_create_cloudhook", create),
        patch.object(cloud, "async_delete_cloudhook", delete),
    ):
        yield made


async def test_cloud(
    hass: HomeAssistant, nabu: dict[str, str], service: bell.Service, entry: MockConfigEntry
) -> None:
    """The address in the cloud is made when it connects, and goes with the entry."""
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert nabu == {}
    assert await async_webhook_url(hass, HOOK) == f"http://10.10.10.10:8123/api/webhook/{HOOK}"
    cloud.async_dispatcher_send(
        hass, cloud.SIGNAL_CLOUD_CONNECTION_STATE, CloudConnectionState.CLOUD_CONNECTED
    )
    await hass.async_block_till_done()
    assert nabu == {HOOK: f"https://hooks.nabu.casa/{HOOK}"}
    assert await async_webhook_url(hass, HOOK) == f"https://hooks.nabu.casa/{HOOK}"
    await hass.config_entries.async_remove(entry.entry_id)
    assert nabu == {}
    assert await async_webhook_url(hass, "unused") == "https://hooks.nabu.casa/unused"
    await async_forget_url(hass, "unused")
    assert nabu == {}
