"""Setting up the simulated account, the way a user does."""

from typing import Any, Final
from uuid import uuid4

from custom_components.mybmw.const import DOMAIN

from .home import Home, Json, Talk, VisitError

USERNAME: Final = "driver@example.com"
PASSWORD: Final = "correct-horse"

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
        if domain == DOMAIN
    }


async def ensure_account(home: Home, talk: Talk, vins: set[str]) -> None:
    """Set up the account, unless an earlier start has done so with the same cars."""
    known = await entries(home)
    if known and set(await devices(talk)) == vins:
        return
    for entry in known:
        path = f"/api/config/config_entries/entry/{entry['entry_id']}"
        await home.call("DELETE", path)
    await _set_up(home)


async def _set_up(home: Home) -> None:
    """Go through the config flow; every form is answered once."""
    answers = _answers()
    step = await home.call("POST", _FLOW, json={"handler": DOMAIN})
    while step["type"] == "form":
        answer = answers.pop(step["step_id"], None)
        if answer is None or step.get("errors"):
            raise VisitError(f"the config flow stops at {step['step_id']}: {step.get('errors')}")
        step = await home.call("POST", f"{_FLOW}/{step['flow_id']}", json=answer)
    if step["type"] != "create_entry":
        raise VisitError(f"the config flow ends with {step['type']}: {step.get('reason')}")


def _answers() -> dict[str, dict[str, Any]]:
    account = {"region": "rest_of_world", "username": USERNAME, "password": PASSWORD}
    return {"user": account, "captcha": {"captcha_token": f"P1_{uuid4().hex}"}}
