"""The options of accounts with CarData, with the MyBMW app, and with both."""

from typing import Any

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryDisabler,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.dispatcher import async_dispatcher_connect
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.ha.conftest import SetUp
from tests.ha.support.flow_steps import account_with, open_settings, suggested
from tests.replay.cardata import SimulatedCarData
from tests.replay.certificates import certificates
from tests.replay.mybmw import SimulatedMyBMW

pytestmark = pytest.mark.usefixtures("silence")

type Options = dict[str, Any]

GENERAL: Options = {
    "card": True,
    "track_position": True,
    "road_factor": 0.75,
    "journal": {"keep": True, "join_stops": 5.0, "statistics": True},
}
COMMANDING: Options = {"read_only": False, "polling_interval": 5.0}
EXTRAS: Options = {"places": True, "sessions": True, "tyres": True}
STREAM: Options = {"stream": "bmw", "port": 1883, "tls": False, "prefix": "bmw"}
CARDATA: Options = {"cardata": EXTRAS, "stream": STREAM}
OWN: Options = {"stream": "own", "port": 8883.0, "tls": True, "prefix": "bmw"}
KINDS: dict[str, Options] = {
    "mybmw": GENERAL | COMMANDING,
    "cardata": GENERAL | CARDATA,
    "both": GENERAL | COMMANDING | CARDATA,
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The source that the account has, or "both"; tests override it."""
    return str(request.param)


@pytest.fixture
def idle(hass: HomeAssistant, sim: SimulatedMyBMW, cardata: SimulatedCarData) -> MockConfigEntry:
    """An account with CarData that is switched off, so that no broker is needed."""
    made = account_with("cardata", sim, cardata, disabled_by=ConfigEntryDisabler.USER)
    made.add_to_hass(hass)
    return made


@pytest.fixture
def states(hass: HomeAssistant) -> list[ConfigEntryState]:
    """What the account goes through."""
    seen: list[ConfigEntryState] = []

    @callback
    def note(_change: ConfigEntryChange, changed: ConfigEntry) -> None:
        if not seen or seen[-1] is not changed.state:
            seen.append(changed.state)

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, note)
    return seen


async def begin(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Open the options."""
    flow = await open_settings(hass, entry)
    assert flow["type"] is FlowResultType.FORM
    return flow


async def save(hass: HomeAssistant, flow: Any, options: Options) -> Any:
    """Save the options, and see what comes of it."""
    result = await hass.config_entries.options.async_configure(flow["flow_id"], options)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def test_options_are_those_of_the_sources(
    hass: HomeAssistant, set_up: SetUp, kind: str
) -> None:
    """An account without a source is not asked about it, and what is usual can be kept."""
    entry = await set_up()
    flow = await begin(hass, entry)
    assert {str(key) for key in flow["data_schema"].schema} == KINDS[kind].keys()
    flow = await save(hass, flow, KINDS[kind])
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == KINDS[kind]
    assert entry.state is ConfigEntryState.LOADED


async def test_account_is_reloaded_once(
    hass: HomeAssistant, set_up: SetUp, kind: str, states: list[ConfigEntryState]
) -> None:
    """A change takes effect at once; what is saved unchanged disturbs nothing."""
    entry = await set_up(**KINDS[kind])
    states.clear()
    await save(hass, await begin(hass, entry), KINDS[kind])
    assert states == []
    await save(hass, await begin(hass, entry), KINDS[kind] | {"track_position": False})
    assert states == [
        ConfigEntryState.LOADED,
        ConfigEntryState.UNLOAD_IN_PROGRESS,
        ConfigEntryState.NOT_LOADED,
        ConfigEntryState.SETUP_IN_PROGRESS,
        ConfigEntryState.LOADED,
    ]
    assert hass.states.get("device_tracker.ix_xdrive50") is None


async def test_options_are_shown_again(hass: HomeAssistant, idle: MockConfigEntry) -> None:
    """The form shows what was chosen before."""
    night = EXTRAS | {"tyres": False, "night_start": "22:00:00", "night_end": "06:30:00"}
    own = OWN | {"host": "broker.example", "username": "me", "password": "secret"}
    chosen = {"track_position": False, "cardata": night, "stream": own}
    await save(hass, await begin(hass, idle), chosen)
    flow = await begin(hass, idle)
    assert suggested(flow)["track_position"] is False
    assert suggested(flow, "cardata") == night
    assert suggested(flow, "stream") == {"ca": None, **own}


@pytest.mark.parametrize("typed", [{}, {"host": ""}, {"host": "  "}])
async def test_own_broker_needs_a_host(
    hass: HomeAssistant, idle: MockConfigEntry, typed: Options
) -> None:
    """A missing host is reported, what was typed is still there, and the host mends it."""
    options = GENERAL | {"cardata": EXTRAS | {"sessions": False}, "stream": OWN | typed}
    flow = await save(hass, await begin(hass, idle), options)
    assert flow["type"] is FlowResultType.FORM
    assert flow["errors"] == {"base": "host_missing"}
    assert suggested(flow, "cardata")["sessions"] is False
    assert suggested(flow, "stream")["port"] == 8883
    assert idle.options == {}
    named = OWN | {"host": "broker.example"}
    flow = await save(hass, flow, {**options, "stream": named})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert idle.options["stream"] == named


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("bmw/", "bmw"), (" bmw/# ", "bmw"), ("a/b/+/#", "a/b"), ("#", "bmw"), ("a/+/b", None)],
)
async def test_prefix(
    hass: HomeAssistant, idle: MockConfigEntry, typed: str, kept: str | None
) -> None:
    """It may be written as in a subscription; one that cannot be subscribed to is reported."""
    own = OWN | {"host": "broker.example", "prefix": typed}
    flow = await save(hass, await begin(hass, idle), GENERAL | {"cardata": EXTRAS, "stream": own})
    assert flow.get("errors") == (None if kept else {"base": "prefix_invalid"})
    assert idle.options.get("stream", {}).get("prefix") == kept


async def test_authority_has_to_be_a_certificate(
    hass: HomeAssistant, idle: MockConfigEntry
) -> None:
    """A text that is none would keep the account from being set up."""
    own = OWN | {"host": "broker.example", "ca": "a file I cannot find"}
    options = GENERAL | {"cardata": EXTRAS, "stream": own}
    flow = await save(hass, await begin(hass, idle), options)
    assert flow["errors"] == {"base": "ca_invalid"}
    authority = certificates().authority.read_text()
    flow = await save(hass, flow, {**options, "stream": own | {"ca": authority}})
    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" cars/bmw\n", "cars/bmw"), ("bmw/", "bmw"), ("  ", "bmw"), ("", "bmw"), ("/bmw", "/bmw")],
)
async def test_options_are_kept_tidy(
    hass: HomeAssistant, idle: MockConfigEntry, typed: str, kept: str
) -> None:
    """Numbers are whole, and what is around texts by mistake is left out."""
    own = OWN | {"host": " broker.example\n", "prefix": typed, "password": " secret "}
    await save(hass, await begin(hass, idle), GENERAL | CARDATA | {"stream": own})
    saved = idle.options["stream"]
    assert saved == OWN | {"host": "broker.example", "prefix": kept, "password": " secret "}
    assert isinstance(saved["port"], int)
