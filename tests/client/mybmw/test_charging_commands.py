"""Changing how a car charges (mybmw-app.md#commands)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time
import json
from typing import Any

import pytest

from custom_components.mybmw.client import (
    AcLimit,
    ApiError,
    ChangeProfile,
    Command,
    CommandKind,
    CommandState,
    InvalidValueError,
    TargetSoc,
    UnknownPlanError,
    UnsupportedError,
    attributes as a,
)
from custom_components.mybmw.client.core.values import (
    ChargingMode,
    ChargingPreference,
    ChargingProfile,
    DepartureTimer,
    Weekday,
)
from tests.client.support import IX, SANE, Client, recorded, replay, sent
from tests.replay import faults
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW

type ClientOf = Callable[..., Client]

PLANNED = [
    folder
    for folder in SANE
    for car in recorded(folder)
    if car.state["capabilities"].get("isChargingPlanSupported") is True
]


def bodies(client: Client, what: str) -> list[Any]:
    return [json.loads(request.content) for request in sent(client, f"/{what}")]


async def test_target_soc(sim: SimulatedMyBMW, client: Client) -> None:
    """Library remote services: charging settings are applied."""
    vehicle = await client.car()
    result = await client.garage.send(IX, TargetSoc(75))
    assert result.state is CommandState.EXECUTED
    assert bodies(client, "charging-settings") == [{"chargingTarget": 75, "acLimitValue": None}]
    (request,) = sent(client, "/charging-settings")
    assert request.url.path == f"/eadrax-crccs/v1/vehicles/{IX}/charging-settings"
    assert "bmw-vin" not in request.headers
    assert vehicle.value(a.CHARGING_TARGET) == 75


@pytest.mark.parametrize("percent", [19, 21, 101, 0, -5, 105, 99])
def test_impossible_target_soc(percent: int) -> None:
    """Library remote services: 19, 21, 101 are refused."""
    with pytest.raises(InvalidValueError, match="20 to 100") as caught:
        TargetSoc(percent)
    assert caught.value.key == "impossible_target_soc"


@pytest.mark.parametrize("percent", range(20, 101, 5))
def test_possible_target_soc(percent: int) -> None:
    assert TargetSoc(percent).percent == percent


async def test_ac_limit(sim: SimulatedMyBMW, client: Client) -> None:
    """Library remote services: 12 A is applied."""
    vehicle = await client.car()
    result = await client.garage.send(IX, AcLimit(12))
    assert result.state is CommandState.EXECUTED
    assert bodies(client, "charging-settings") == [{"chargingTarget": None, "acLimitValue": 12}]
    assert vehicle.value(a.AC_CURRENT_LIMIT) == 12


@pytest.mark.parametrize("ampere", [17, 0, -6, 31, 1000])
async def test_impossible_ac_limit(ampere: int, sim: SimulatedMyBMW, client: Client) -> None:
    """Library remote services: 17 A is refused; the car's limits are named."""
    await client.car()
    with pytest.raises(InvalidValueError, match="13, 14, 15, 16, 32"):
        await client.garage.send(IX, AcLimit(ampere))
    assert sent(client, "/charging-settings") == []


async def test_no_ac_limits(sim: SimulatedMyBMW, client: Client) -> None:
    details = sim.charging(IX)
    assert details is not None
    details["chargingSettingsDetail"]["acLimit"]["values"] = []
    await client.car()
    with pytest.raises(InvalidValueError, match="none"):
        await client.garage.send(IX, AcLimit(16))


@pytest.mark.parametrize("folder", ["320i", "i3_rex", "x3_30e", "mini_cooper_se"])
@pytest.mark.parametrize("command", [TargetSoc(80), AcLimit(16)])
async def test_settings_are_refused(folder: str, command: Command) -> None:
    """Library remote services: charging settings are refused on cars that have none."""
    sim, client = replay(recorded(folder))
    vehicle = await client.car()
    sim.clear_calls()
    with pytest.raises(UnsupportedError):
        await client.garage.send(vehicle.vin, command)
    assert sim.calls == []


def recorded_plan(details: Any) -> Any:
    """Return the plan of the charging details as it has to be sent."""
    plan = details["chargeAndClimateTimerDetail"]
    mode, departures = plan["chargingMode"], plan["departureTimer"]
    return {
        "chargingMode": {
            **mode,
            "startTimeSlot": mode["startTimeSlot"] + ".000",
            "endTimeSlot": mode["endTimeSlot"] + ".000",
            "timerChange": "NO_CHANGE",
        },
        "departureTimer": {
            **departures,
            "weeklyTimers": [
                {**timer, "time": timer["time"] + ".000"} for timer in departures["weeklyTimers"]
            ],
        },
        "isPreconditionForDepartureActive": plan["isPreconditionForDepartureActive"],
        "servicePack": details["servicePack"],
    }


@pytest.mark.parametrize("folder", PLANNED)
async def test_plan_is_sent_whole(folder: str) -> None:
    """Library vehicle status: the body equals the recorded details, with `timerChange` and ms."""
    (car,) = recorded(folder)
    _, client = replay([car])
    await client.car()
    result = await client.garage.send(car.vin, ChangeProfile())
    assert result.state is CommandState.EXECUTED
    assert bodies(client, "charging-profile") == [recorded_plan(car.charging)]


@pytest.mark.parametrize("folder", PLANNED)
@pytest.mark.parametrize(
    ("mode", "word", "preference"),
    [
        (ChargingMode.IMMEDIATE, "CHARGING_IMMEDIATELY", "NO_PRESELECTION"),
        (ChargingMode.DELAYED, "TIME_SLOT", "CHARGING_WINDOW"),
        (ChargingMode.NO_ACTION, "NO_ACTION", "NO_PRESELECTION"),
    ],
)
async def test_mode(folder: str, mode: ChargingMode, word: str, preference: str) -> None:
    """Library remote services, pitfall 14: the mode, with the preference that belongs to it."""
    (car,) = recorded(folder)
    _, client = replay([car])
    vehicle = await client.car()
    await client.garage.send(car.vin, ChangeProfile(mode=mode))
    expected = recorded_plan(car.charging)
    expected["chargingMode"] |= {"type": word, "chargingPreference": preference}
    assert bodies(client, "charging-profile") == [expected]
    assert vehicle.value(a.CHARGING_MODE) is mode
    assert vehicle.value(a.CHARGING_PREFERENCE) is ChargingPreference(preference)


@pytest.mark.parametrize("folder", PLANNED)
@pytest.mark.parametrize("on", [True, False])
async def test_preconditioning(folder: str, on: bool) -> None:
    """Library remote services: preconditioning alone."""
    (car,) = recorded(folder)
    _, client = replay([car])
    vehicle = await client.car()
    await client.garage.send(car.vin, ChangeProfile(preconditioning=on))
    expected = recorded_plan(car.charging) | {"isPreconditionForDepartureActive": on}
    assert bodies(client, "charging-profile") == [expected]
    assert vehicle.value(a.PRECONDITIONING_AT_DEPARTURE) is on


async def test_mode_and_preconditioning(sim: SimulatedMyBMW, client: Client) -> None:
    """Library remote services: both together."""
    await client.car()
    await client.garage.send(IX, ChangeProfile(ChargingMode.DELAYED, preconditioning=True))
    (sent_plan,) = bodies(client, "charging-profile")
    assert sent_plan["chargingMode"]["type"] == "TIME_SLOT"
    assert sent_plan["isPreconditionForDepartureActive"] is True


@pytest.mark.parametrize("mode", ["UNKNOWN", "SOMEDAY", None])
async def test_unknown_mode(mode: str | None, sim: SimulatedMyBMW, client: Client) -> None:
    """Library remote services: works from an unknown mode, too."""
    profile = sim.state(IX)["state"]["chargingProfile"]
    profile |= {"chargingMode": mode, "chargingPreference": mode}
    await client.car()
    await client.garage.send(IX, ChangeProfile(ChargingMode.IMMEDIATE))
    await client.garage.send(IX, ChangeProfile(preconditioning=False))
    first, second = bodies(client, "charging-profile")
    assert first["chargingMode"]["type"] == "CHARGING_IMMEDIATELY"
    assert second["chargingMode"]["type"] == "CHARGING_IMMEDIATELY"


async def test_nothing_known_of_mode(sim: SimulatedMyBMW, client: Client) -> None:
    """An unknown mode goes out as NO_ACTION (mybmw-app.md#commands)."""
    profile = sim.state(IX)["state"]["chargingProfile"]
    profile |= {"chargingMode": "UNKNOWN", "chargingPreference": "UNKNOWN"}
    await client.car()
    await client.garage.send(IX, ChangeProfile(preconditioning=False))
    (plan,) = bodies(client, "charging-profile")
    assert plan["chargingMode"]["type"] == "NO_ACTION"
    assert plan["chargingMode"]["chargingPreference"] == "NO_PRESELECTION"


async def test_timer_without_time(sim: SimulatedMyBMW, client: Client) -> None:
    """A timer that was never set goes out at midnight (mybmw-app.md#commands)."""
    for timer in sim.state(IX)["state"]["chargingProfile"]["departureTimes"]:
        timer.pop("timeStamp", None)
    await client.car()
    await client.garage.send(IX, ChangeProfile(preconditioning=True))
    (plan,) = bodies(client, "charging-profile")
    times = {timer["time"] for timer in plan["departureTimer"]["weeklyTimers"]}
    assert times == {"0001-01-01T00:00:00.000"}


async def test_details_are_not_known(sim: SimulatedMyBMW, client: Client) -> None:
    """Without the charging details the plan is what the state reports."""
    sim.state(IX)["state"]["chargingProfile"].pop("climatisationOn", None)
    sim.fail(Endpoint.CHARGING, faults.server_error(), times=None)
    await client.car()
    with pytest.raises(ApiError, match="servicePack"):
        await client.garage.send(IX, ChangeProfile(ChargingMode.DELAYED))
    (plan,) = bodies(client, "charging-profile")
    assert plan["isPreconditionForDepartureActive"] is False
    assert plan["servicePack"] is None


async def test_departure_timer_and_window(sim: SimulatedMyBMW, client: Client) -> None:
    """One timer is replaced, the others and everything else stay; midnight is a time as well."""
    vehicle = await client.car()
    before = vehicle.value(a.CHARGING_PROFILE)
    assert before is not None
    kept, changed, *others = before.timers
    timer = DepartureTimer(changed.id, time(6, 45), active=True, days=(Weekday.MONDAY,))
    change = ChangeProfile(window_start=time(0), window_end=time(5, 30), timers=(timer,))
    await client.garage.send(IX, change)
    after = vehicle.value(a.CHARGING_PROFILE)
    assert after == replace(before, timers=(kept, timer, *others))
    (plan,) = bodies(client, "charging-profile")
    slots = [plan["chargingMode"][key] for key in ("startTimeSlot", "endTimeSlot")]
    assert slots == ["0001-01-01T00:00:00.000", "0001-01-01T05:30:00.000"]


async def test_timer_that_the_car_does_not_have(sim: SimulatedMyBMW, client: Client) -> None:
    await client.car()
    timer = DepartureTimer(9, time(6), active=True)
    with pytest.raises(InvalidValueError, match="no departure timer 9"):
        await client.garage.send(IX, ChangeProfile(timers=(timer,)))
    assert sent(client, "/charging-profile") == []


@pytest.mark.parametrize("kind", [None, "UNKNOWN", "MOON_CALENDAR"])
async def test_unknown_timers(kind: str | None, sim: SimulatedMyBMW, client: Client) -> None:
    """A plan that cannot be written back whole is not touched."""
    sim.state(IX)["state"]["chargingProfile"]["chargingControlType"] = kind
    await client.car()
    with pytest.raises(UnsupportedError, match="timers"):
        await client.garage.send(IX, ChangeProfile(preconditioning=True))
    assert sent(client, "/charging-profile") == []


async def test_no_plan(sim: SimulatedMyBMW, client: Client) -> None:
    del sim.state(IX)["state"]["chargingProfile"]
    await client.car()
    with pytest.raises(UnsupportedError, match="plan"):
        await client.garage.send(IX, ChangeProfile(preconditioning=True))
    assert sent(client, "/charging-profile") == []


@pytest.mark.parametrize("folder", ["320i", "530d", "i5_touring", "supra_gr"])
async def test_no_plan_supported(folder: str) -> None:
    """Library remote services: the charging profile is refused on petrol cars."""
    (car,) = recorded(folder)
    sim, client = replay([car])
    await client.car()
    sim.clear_calls()
    with pytest.raises(UnsupportedError, match=CommandKind.CHARGING_PROFILE):
        await client.garage.send(car.vin, ChangeProfile(preconditioning=True))
    assert sim.calls == []


async def test_plan_of_another_source(client: Client) -> None:
    """A plan that another source reported in part is never sent: days of the week would be lost."""
    vehicle = await client.car()
    plan = a.CHARGING_PROFILE.at(ChargingProfile(), datetime.now(UTC), "other")
    vehicle.update([plan])
    command = ChangeProfile(mode=ChargingMode.IMMEDIATE)
    with pytest.raises(UnknownPlanError):
        await client.garage.send(IX, command)
    assert sent(client, "/charging-profile") == []
