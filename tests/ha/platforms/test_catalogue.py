"""Every descriptor of BMW's catalogue, with all that it may say and with nonsense.

Cars of every drive train send each documented value, as the stream and as REST spell it, to a Home
Assistant in which every entity is enabled.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
import json
import logging
from math import isfinite
from typing import Any, Final

from freezegun import freeze_time
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client import Poll
from custom_components.mybmw.client.cardata import CardataSource, connectivity
from custom_components.mybmw.client.cardata.mapping import NULL_ENDS, RULES
from custom_components.mybmw.client.core import vehicle as client_vehicle
from custom_components.mybmw.client.core.descriptors import DESCRIPTORS, Kind
from tests.ha.support.cardata import PNG, entry_of, poller
from tests.ha.support.catalogue import (
    CATALOGUE,
    DISPLAYED,
    ELSEWHERE,
    IN_TURN,
    NOWHERE,
    PLACE,
    SAME,
    SOME,
    TRAINS,
    UNKNOWN,
    Case,
    cases,
    flag,
    has,
)
from tests.replay.cardata import CarDataCar, SimulatedCarData
from tests.replay.world import timestamp

VIN: Final = "WBY0CATALOGUE0001"
STEP: Final = timedelta(minutes=31)
"""Later readings are measured so much later that fallbacks count as well."""

NONSENSE: Final[tuple[Any, ...]] = (
    None,
    "",
    " ",
    "NaN",
    "Infinity",
    "1e999",
    "-1e300",
    1e300,
    10**30,
    2**63,
    -(2**63),
    True,
    [],
    {},
    [1, "two"],
    [{"a": 1}],
    {"a": {"b": 1}},
    "[",
    '{"a": 1}',
    "\x00",
    "\U0001f697",
    "9999-12-31T23:59:59-12:00",
    "0001-01-01T00:00:00+12:00",
    "-",
    "65535.x",
    # As long as fits into one message with all descriptors
    "x" * 5_120,
    "BANANA SPLIT",
)
TIMES: Final[tuple[Any, ...]] = (
    "soon",
    5,
    "2026-11-10T12:00:00",
    "2100-01-01T00:00:00Z",
    "0001-01-01T00:00:00+12:00",
    "9999-12-31T23:59:59-12:00",
)
CLOSED: Final = frozenset(
    {
        *(key for key, rule in RULES.items() if rule.null_ends and key not in DESCRIPTORS),
        *(key for key, item in DESCRIPTORS.items() if item.kind is Kind.FLAG),
    }
)
"""The descriptors that cannot say anything but the words that are known."""
USUAL: Final = "We found a custom integration"
CHANGING: Final = ("last_update", "connection")


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the debug mode of the event loop off: it takes most of the time."""


@pytest.fixture(autouse=True)
def _nothing_lapses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing lapses or ends: the cars speak for days."""
    monkeypatch.setattr(connectivity, "CURRENT_FOR", timedelta(days=30))
    monkeypatch.setattr(client_vehicle, "EXPIRY_GRACE", timedelta(days=30))


@pytest.fixture
def train() -> str:
    """The drive train of the car; tests override it."""
    return "BEV"


@pytest.fixture
def cardata(train: str) -> Iterator[SimulatedCarData]:
    """The simulated service with one car that has reported nothing yet."""
    nothing = {"timestamp": None, "unit": None, "value": None}
    basic = {"vin": VIN, "driveTrain": train, "modelName": "Any", "brand": "BMW"}
    car = CarDataCar(VIN, basic, dict.fromkeys(CATALOGUE, nothing), image=PNG)
    simulated = SimulatedCarData([car])
    with simulated.router():
        yield simulated


class Car:
    """The one car, which sends messages; `told` counts the values."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry, rounds: int) -> None:
        self.hass, self.entry = hass, entry
        self.told = 0
        self._time = datetime.now(UTC) - STEP * rounds
        source = poller(entry).source
        assert isinstance(source, CardataSource)
        self.source = source
        self.entities: dict[str, str] = {}

    async def send(self, values: Mapping[str, Case], measured: object = None) -> None:
        """Send one message and wait until Home Assistant is done with it."""
        self._time += STEP
        measured = measured or timestamp(self._time)
        data = {
            key: {"timestamp": measured, "value": case.value}
            | ({"unit": case.unit} if case.unit is not None else {})
            for key, case in values.items()
        }
        message = {"vin": VIN, "entityId": "gcid", "topic": VIN, "timestamp": measured}
        payload = json.dumps({**message, "data": data}).encode()
        with freeze_time(self._time):
            vin, readings = self.source._received(f"gcid/{VIN}", payload)
        assert vin == VIN, "the message could not be read"
        self.entry.runtime_data.async_push({vin: readings})
        # Changes that come soon after others are not reported yet
        self.entry.runtime_data.async_process_car_poll(Poll())
        await self.hass.async_block_till_done()
        self.told += len(data)

    def state(self, descriptor: str) -> State | None:
        """Return the state of what shows a descriptor."""
        own = ELSEWHERE.get(descriptor, descriptor)
        unique_id = VIN if descriptor in PLACE else f"{VIN}-{own}"
        if unique_id not in self.entities:
            registry = er.async_get(self.hass)
            entries = er.async_entries_for_config_entry(registry, self.entry.entry_id)
            self.entities = {entry.unique_id: entry.entity_id for entry in entries}
        entity = self.entities.get(unique_id)
        return None if entity is None else self.hass.states.get(entity)

    def states(self) -> dict[str, State]:
        """Return all states except those that change with time alone."""
        return {
            state.entity_id: state
            for state in self.hass.states.async_all()
            if state.domain != "image" and not state.entity_id.endswith(CHANGING)
        }


def rounds(train: str) -> Iterator[dict[str, Case]]:
    """Yield what a car sends, as many descriptors at a time as do not disturb each other."""
    columns: dict[str, list[Case | None]] = {}
    for turn in IN_TURN:
        begin = 0
        for descriptor in filter(lambda item: has(train, item), turn):
            mine = list(cases(descriptor))
            begin = max(begin, len(columns.get(descriptor, ())) - len(mine))
            columns[descriptor] = [*([None] * begin), *mine]
            begin = len(columns[descriptor])
    for descriptor in CATALOGUE:
        if has(train, descriptor) and descriptor not in NOWHERE:
            columns.setdefault(descriptor, list(cases(descriptor)))
    for row in zip_longest(*columns.values()):
        yield {key: case for key, case in zip(columns, row, strict=True) if case is not None}


def shows(descriptor: str, case: Case, before: State | None, after: State | None) -> bool:
    """Return whether the state after a value is the right one."""
    if case.shown == UNKNOWN:
        return after is None or after.state == UNKNOWN
    if case.shown == SAME or after is None:
        return after == before and case.shown == SAME
    if descriptor in PLACE:
        return bool(after.attributes[descriptor.rpartition(".")[2]] == case.shown)
    if case.shown == SOME and not after.entity_id.startswith("binary_sensor."):
        return after.state not in ("unknown", "unavailable")
    if isinstance(case.shown, str):
        return after.state == expected(descriptor, case, after)
    return float(after.state) == pytest.approx(case.shown, rel=1e-3, abs=0.051)


def expected(descriptor: str, case: Case, after: State) -> object:
    binary = after.entity_id.startswith("binary_sensor.")
    return flag(descriptor, case.value) if binary else case.shown


def sound(state: State) -> bool:
    """Return whether a state is what its attributes promise."""
    # A unit that is empty only keeps a time out of the logbook
    numeric = any(map(state.attributes.get, ("state_class", "unit_of_measurement")))
    if state.domain != "sensor" or state.state in ("unknown", "unavailable"):
        return True
    if numeric:
        return isfinite(float(state.state))
    match state.attributes.get("device_class"):
        case "enum":
            return state.state in state.attributes["options"]
        case "timestamp":
            return dt_util.parse_datetime(state.state) is not None
        case "date":
            return dt_util.parse_date(state.state) is not None
        case kind:
            return kind is None


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged that should not have been."""
    return [
        record.getMessage()
        for record in caplog.get_records("setup") + caplog.get_records("call")
        if record.levelno >= logging.WARNING and USUAL not in record.getMessage()
    ]


def unit_of(descriptor: str) -> str | None:
    """Return the unit that is shown."""
    unit: str | None = CATALOGUE[descriptor].get("unit")
    return None if "climate.timers" in descriptor else DISPLAYED.get(unit or "", unit)


def test_every_descriptor_is_somewhere() -> None:
    """All 295 have an entity, share one with another descriptor, or are left out for a reason."""
    assert len(CATALOGUE) == 295
    own, place = set(DESCRIPTORS), set(PLACE)
    assert own | set(ELSEWHERE) | place | set(NOWHERE) == set(CATALOGUE)
    assert len(own) + len(ELSEWHERE) + len(place) + len(NOWHERE) == len(CATALOGUE)


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize("train", list(TRAINS))
async def test_documented_values_and_nonsense(
    hass: HomeAssistant, cardata: SimulatedCarData, train: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What is documented is shown, in one unit for ever; nonsense changes nothing at all."""
    entry = entry_of(cardata, stream={"stream": "off"}, journal={"keep": False})
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    todo = list(rounds(train))
    car = Car(hass, entry, len(todo) + 2 * len(NONSENSE) + len(TIMES) + 9)
    for nonsense in NONSENSE:
        await unmoved(car, nonsense)
    wrong = [problem for sent in todo for problem in await told(car, sent)]
    assert not wrong, "\n".join(wrong)
    assert (
        absent(car)
        == {key for key in CATALOGUE if key in NOWHERE or not has(train, key)} - ELSEWHERE.keys()
    )
    for nonsense in NONSENSE:
        await unmoved(car, nonsense)
    for time in TIMES:
        before = car.states()
        await car.send(todo[0], time)
        assert car.states() == before, time
    await new_words(car, train)
    assert [state for state in hass.states.async_all() if not sound(state)] == []
    assert complaints(caplog) == []
    await hass.config_entries.async_unload(entry.entry_id)


def absent(car: Car) -> set[str]:
    """Return the descriptors that nothing shows, as far as they share nothing with others."""
    return {key for key in CATALOGUE if car.state(key) is None} - ELSEWHERE.keys()


async def told(car: Car, sent: Mapping[str, Case]) -> Sequence[str]:
    """Send documented values; return what is shown of them that is not right."""
    before = {descriptor: car.state(descriptor) for descriptor in sent}
    await car.send(sent)
    wrong = []
    for descriptor, case in sent.items():
        state = car.state(descriptor)
        if not shows(descriptor, case, before[descriptor], state):
            wrong.append(f"{descriptor}: {case} {state and state.state}")
        if state is None:
            continue
        options = state.attributes.get("options")
        if options is not None and state.state not in (*options, UNKNOWN):
            wrong.append(f"{descriptor}: {state.state} is no option")
        if state.entity_id.startswith("sensor.") and unit_of(descriptor) != state.attributes.get(
            "unit_of_measurement"
        ):
            wrong.append(
                f"{descriptor}: {state.attributes.get('unit_of_measurement')} {unit_of(descriptor)}"
            )
    return wrong


async def unmoved(car: Car, nonsense: object) -> None:
    """Send nonsense about everything that it is nonsense for."""
    before = car.states()
    await car.send(
        {
            descriptor: Case(nonsense)
            for descriptor in CATALOGUE
            if descriptor not in NOWHERE and not meaningful(car, descriptor, nonsense)
        }
    )
    after = car.states()
    changed = {key: (before.get(key), after.get(key)) for key in before | after}
    changed = {key: pair for key, pair in changed.items() if pair[0] != pair[1]}
    assert not changed, f"{str(nonsense)[:50]}: {changed}"


def meaningful(car: Car, descriptor: str, nonsense: object) -> bool:
    """Return whether what is nonsense elsewhere is a value of this descriptor."""
    if nonsense in (None, "", " "):
        return descriptor in NULL_ENDS
    if isinstance(nonsense, bool):
        state = car.state(descriptor)
        return state is None or state.entity_id.startswith("binary_sensor.")
    item = DESCRIPTORS.get(descriptor)
    kind = item.kind if item is not None else None
    if nonsense in ("BANANA SPLIT", "Infinity"):
        return kind in (Kind.WORD, Kind.TEXT) or descriptor in CLOSED
    if isinstance(nonsense, list):
        json_ = CATALOGUE[descriptor]["type"] == "json"
        return json_ and (not nonsense or kind is Kind.COUNT)
    return kind is Kind.TEXT and isinstance(nonsense, str)


async def new_words(car: Car, train: str) -> None:
    """Words that BMW adds are shown, and are options as long as they are.

    Where only some words are possible, the state is unknown.
    """
    new = [
        key
        for key, item in DESCRIPTORS.items()
        if item.kind in (Kind.WORD, Kind.TEXT) and has(train, key)
    ]
    await car.send({key: Case("BANANA SPLIT") for key in new})
    for key in new:
        state = car.state(key)
        assert state is not None
        word = "banana_split" if DESCRIPTORS[key].kind is Kind.WORD else "BANANA SPLIT"
        assert state.state == word, key
        assert word in state.attributes.get("options", [word])
    assert closed(car)
    await car.send({key: Case("BANANA SPLIT") for key in CLOSED if has(train, key)})
    assert closed(car) == []


def closed(car: Car) -> list[str]:
    """Return the descriptors with a state, of those that have only the words that are known."""
    states = {key: car.state(key) for key in CLOSED}
    return [key for key, state in states.items() if state and state.state != UNKNOWN]
