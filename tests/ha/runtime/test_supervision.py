"""Unexpected errors: work goes on, the log names the cause, an issue comes and goes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.mybmw.client.cardata import Broker, CardataSource, source as module
from custom_components.mybmw.client.cardata.quota import Reason
from custom_components.mybmw.client.cardata.schedule import Scheduler
from custom_components.mybmw.client.core.values import StreamState
from custom_components.mybmw.client.mybmw import MyBMWSource
from custom_components.mybmw.sources import cardata_stream
from tests.client.support.cardata import FakeStream
from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import MILEAGE, POLL, settle, state
from tests.ha.support.cardata import I4, counted, entry_of, no_stream, recorded
from tests.replay.cardata import SimulatedCarData
from tests.replay.mybmw import SimulatedMyBMW

SECRET = "of WBA8E1C51K1234567 with Bearer secret-token"


class BugError(Exception):
    """An unexpected error."""


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged of work that failed unexpectedly."""
    records = [record for record in caplog.records if record.name.endswith(".supervisor")]
    return [record.getMessage() for record in records if record.levelname == "ERROR"]


def issues(hass: HomeAssistant) -> set[str]:
    """Return the kinds of issues that are shown."""
    return {issue.translation_key or "" for issue in ir.async_get(hass).issues.values()}


@pytest.fixture
def cardata(freezer: FrozenDateTimeFactory) -> Iterator[SimulatedCarData]:
    freezer.move_to("2026-11-10T12:00:00Z")
    simulated = SimulatedCarData(recorded("i4_edrive40"))
    with simulated.router():
        yield simulated


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """Set up an entry."""
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


@pytest.fixture
def elapse(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Elapse:
    """Let time pass; listening goes on for ever, so it is not awaited."""

    async def run(delta: timedelta) -> None:
        freezer.tick(delta)
        async_fire_time_changed(hass)
        await settle(hass)

    return run


def set_up_state(entry: MockConfigEntry) -> ConfigEntryState:
    return entry.state


async def test_round_crashes(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    elapse: Elapse,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Every round makes a call and fails then: the calls of the day last all the same."""
    no_stream(monkeypatch)
    entry = entry_of(cardata)
    await start(hass, entry)
    before = counted(cardata)
    usual = CardataSource.work

    async def work(source: CardataSource) -> Any:
        await source._api.mappings(Reason.SCHEDULE)
        raise BugError(SECRET)

    monkeypatch.setattr(CardataSource, "work", work)
    monkeypatch.setattr(Scheduler, "interval", lambda *_: timedelta())
    await elapse(timedelta(hours=2))
    for _ in range(60):
        await elapse(timedelta(seconds=10))
    assert 1 < counted(cardata) - before <= 5
    assert "unexpected" in issues(hass)
    (text,) = told(caplog)
    assert "BugError" in text
    assert "WBA8E1C51K1234567" not in text
    assert "secret-token" not in text
    monkeypatch.setattr(CardataSource, "work", usual)
    await elapse(timedelta(hours=2))
    assert "unexpected" not in issues(hass)


async def test_first_round_crashes(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    elapse: Elapse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Home Assistant tries again every few seconds, which costs no calls until it may."""
    no_stream(monkeypatch)
    usual = CardataSource.work

    async def work(source: CardataSource) -> Any:
        await source._api.mappings(Reason.SCHEDULE)
        raise BugError

    monkeypatch.setattr(CardataSource, "work", work)
    entry = entry_of(cardata)
    await start(hass, entry)
    assert set_up_state(entry) is ConfigEntryState.SETUP_RETRY
    for _ in range(90):
        await elapse(timedelta(seconds=10))
    assert counted(cardata) <= 5
    monkeypatch.setattr(CardataSource, "work", usual)
    for _ in range(12):
        await elapse(timedelta(minutes=2))
    assert set_up_state(entry) is ConfigEntryState.LOADED


async def test_plan_crashes(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    elapse: Elapse,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Even without a plan, the next attempt is made."""
    no_stream(monkeypatch)
    entry = entry_of(cardata)
    await start(hass, entry)
    before = counted(cardata)
    with monkeypatch.context() as patched:

        def due(_source: CardataSource) -> Any:
            raise BugError

        patched.setattr(CardataSource, "due", due)
        for _ in range(30):
            await elapse(timedelta(minutes=10))
        assert "unexpected" in issues(hass)
        assert len(told(caplog)) == 1
    await elapse(timedelta(hours=2))
    await elapse(timedelta(hours=2))
    assert "unexpected" not in issues(hass)
    assert counted(cardata) > before


class CrashingStream(FakeStream):
    """Crashes until it is healed."""

    healed = False

    @override
    async def run(self) -> None:
        if not CrashingStream.healed:
            raise BugError(SECRET)
        self.become(StreamState.CONNECTED)
        await super().run()


async def test_stream_crashes(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    elapse: Elapse,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A stream that fails comes back by itself, without a reload."""

    async def nowhere(_hass: HomeAssistant) -> Broker:
        return Broker(None, "localhost")

    monkeypatch.setattr(cardata_stream, "bmw_broker", nowhere)
    monkeypatch.setattr(module, "Stream", CrashingStream)
    monkeypatch.setattr(CrashingStream, "healed", False)
    entry = entry_of(cardata)
    await start(hass, entry)
    for _ in range(3):
        await elapse(timedelta(minutes=1))
    assert "unexpected" in issues(hass)
    (text,) = told(caplog)
    assert "secret-token" not in text
    CrashingStream.healed = True
    await elapse(timedelta(hours=1, minutes=1))
    status = entry.runtime_data.pollers["cardata"].source.status
    assert status.stream is StreamState.CONNECTED
    await elapse(timedelta(minutes=11))
    assert "unexpected" not in issues(hass)
    await hass.config_entries.async_unload(entry.entry_id)


async def test_listening_crashes(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    elapse: Elapse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So does all that is around it."""
    no_stream(monkeypatch)
    times: list[int] = []

    async def listen(_source: CardataSource, *_args: Any) -> None:
        times.append(1)
        if len(times) <= 3:
            raise BugError

    monkeypatch.setattr(CardataSource, "listen", listen)
    await start(hass, entry_of(cardata))
    for seconds in (11, 21, 41):
        await elapse(timedelta(seconds=seconds))
    assert len(times) == 4
    assert "unexpected" not in issues(hass)


async def test_poll_of_the_app_crashes(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Cars are unavailable meanwhile, and come back."""
    entry = await set_up()
    with monkeypatch.context() as patched:

        async def poll(_source: MyBMWSource, _vin: str | None = None) -> Any:
            raise BugError(SECRET)

        patched.setattr(MyBMWSource, "poll", poll)
        for _ in range(4):
            await elapse(POLL)
        assert state(hass, MILEAGE) == "unavailable"
        assert "unexpected" in issues(hass)
        (text, *others) = told(caplog)
        assert "BugError" in text
        assert others == []
        assert "secret-token" not in caplog.text
        with pytest.raises(HomeAssistantError) as caught:
            await entry.runtime_data.async_refresh_car(next(iter(entry.runtime_data.vehicles)))
        assert caught.value.translation_key == "unexpected"
    for _ in range(4):
        await elapse(timedelta(minutes=16))
    assert float(state(hass, MILEAGE)) > 0
    assert "unexpected" not in issues(hass)
    assert await hass.config_entries.async_remove(entry.entry_id)


async def test_issue_goes_with_the_entry(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    elapse: Elapse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    no_stream(monkeypatch)
    entry = entry_of(cardata)
    await start(hass, entry)

    def due(_source: CardataSource) -> Any:
        raise BugError(I4)

    with monkeypatch.context() as patched:
        patched.setattr(CardataSource, "due", due)
        for _ in range(5):
            await elapse(timedelta(minutes=30))
        assert "unexpected" in issues(hass)
    await hass.config_entries.async_remove(entry.entry_id)
    assert issues(hass) == set()
