"""Set up the simulated account, like a user."""

import asyncio
from typing import Any, Final
from uuid import uuid4

from custom_components.mybmw.const import DOMAIN
from tests.replay.cardata import CLIENT_ID, SimulatedCarData
from tests.replay.connecteddrive.service import BASE, KEY, SECRET

from .highmobility import SOURCE as FLEET, Fleet
from .home import Home, Json, Talk, VisitError

USERNAME: Final = "driver@example.com"
PASSWORD: Final = "correct-horse"

_ALREADY: Final = "source_added"
_FLOW: Final = "/api/config/config_entries/flow"


async def entries(home: Home) -> list[Json]:
    """Return the entries of the integration."""
    found: list[Json] = await home.call(
        "GET", "/api/config/config_entries/entry", params={"domain": DOMAIN}
    )
    return found


async def devices(talk: Talk) -> dict[str, str]:
    """Return the device id of every car by VIN."""
    return {
        value: device["id"]
        for device in await talk.ask("config/device_registry/list")
        for domain, value in device["identifiers"]
        if domain == DOMAIN and device["entry_type"] != "service"
    }


async def ensure_account(
    home: Home,
    talk: Talk,
    vins: set[str],
    sources: list[str],
    sim: SimulatedCarData,
    fleet: Fleet,
) -> None:
    """Set up the account, unless an earlier start has done so with the same cars and sources."""
    known = await entries(home)
    same = known and set(await devices(talk)) == vins
    if same and await _sources(talk) == set(sources):
        return
    for entry in known:
        path = f"/api/config/config_entries/entry/{entry['entry_id']}"
        await home.call("DELETE", path)
    for source in sources:
        await _set_up(home, source, sim, fleet)


async def _sources(talk: Talk) -> set[str]:
    """Return the sources of the account, according to its entities."""
    registry = await talk.ask("config/entity_registry/list")
    ours = [entry for entry in registry if entry["platform"] == DOMAIN]
    services = {"cardata" for entry in ours if entry["translation_key"] == "calls_left"}
    commands = {"mybmw" for entry in ours if entry["translation_key"] == "image_front_left"}
    fleets = {FLEET for entry in ours if entry["translation_key"] == "last_delivery"}
    legacy = {"connecteddrive" for entry in ours if entry["translation_key"] == "send_message"}
    return services | commands | fleets | legacy


async def _set_up(home: Home, source: str, sim: SimulatedCarData, fleet: Fleet) -> None:
    """Go through the config flow: submit every form once, and approve the code."""
    choice = {"next_step_id": source}
    answers = {**_answers(), **fleet.answers(), "user": choice, "reconfigure": choice}
    known = [{"entry_id": entry["entry_id"]} for entry in await entries(home)]
    step = await home.call("POST", _FLOW, json={"handler": DOMAIN, **(known[0] if known else {})})
    while step["type"] in ("menu", "form", "progress"):
        path = f"{_FLOW}/{step['flow_id']}"
        if step["type"] == "progress":
            if sim.pending:
                sim.approve()
            await asyncio.sleep(0.1)
            step = await home.call("GET", path)
            continue
        answer = answers.pop(step["step_id"], None)
        fleet.see(step)
        if answer is None or step.get("errors"):
            raise VisitError(f"the config flow stops at {step['step_id']}: {step.get('errors')}")
        step = await home.call("POST", path, json=answer)
    if step["type"] != "create_entry" and step.get("reason") != _ALREADY:
        raise VisitError(f"the config flow ends with {step['type']}: {step.get('reason')}")


def _answers() -> dict[str, dict[str, Any]]:
    account = {"region": "rest_of_world", "username": USERNAME, "password": PASSWORD}
    captcha = {"captcha_token": f"P1_{uuid4().hex}"}
    return {
        "connecteddrive": {
            "url": BASE,
            "username": USERNAME,
            "password": PASSWORD,
            "api_key": KEY,
            "api_secret": SECRET,
        },
        "mybmw": account,
        "mybmw_captcha": captcha,
        "cardata": {"client_id": CLIENT_ID},
        "cardata_code": {},
        "cardata_cars": {},
    }
