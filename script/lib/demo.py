"""Record some minutes of simulated cars for the demo page, as their cards are sent them."""

import asyncio
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
import json
from pathlib import Path
import sys
from time import monotonic, sleep
from typing import Any, Final
from urllib.request import urlopen

from script.lib.develop.home import Home

_PATIENCE: Final = 180.0
_LANGUAGE: Final = {"language": "en"}


async def main(url: str, control: str, folder: Path, seconds: float) -> None:
    """Write `day.json` and the pictures of the cars into a folder."""
    await asyncio.to_thread(_wait, control)
    async with Home(url) as home:
        await home.log_in()
        async with home.talk() as talk:
            listed = await talk.ask("mybmw/card/cars", **_LANGUAGE)
        begun = datetime.now(UTC)
        cars = await asyncio.gather(*(_record(home, car["device_id"], seconds) for car in listed))
    texts = [car["first"].pop("texts") for car in cars]
    for number, car in enumerate(cars):
        _save_picture(car, url, folder, f"car-{number}.png")
    content = {"recorded": begun.isoformat(), "texts": texts[0], "cars": cars}
    (folder / "day.json").write_text(json.dumps(content, separators=(",", ":")))


async def _record(home: Home, device_id: str, seconds: float) -> dict[str, Any]:
    """Return the first event of a car, what follows with its time in ms, and its history."""
    car = {"device_id": device_id, **_LANGUAGE}
    async with home.talk() as talk:
        month = datetime.now(UTC).replace(day=1)
        months = {f"{day:%Y-%m}" for day in (month, month - timedelta(days=1))}
        history = {name: await talk.ask("mybmw/card/history", month=name, **car) for name in months}
        await talk.ask("mybmw/card/subscribe", **car)
        first, begun = await talk.next_event(), monotonic()
        events: list[tuple[int, Any]] = []
        try:
            async with asyncio.timeout(seconds):
                while True:
                    change = await talk.next_event()
                    change.pop("picture", None)
                    events.append((round(1000 * (monotonic() - begun)), change))
        except TimeoutError:
            return {"first": first, "events": events, "history": history}


def _save_picture(car: dict[str, Any], url: str, folder: Path, name: str) -> None:
    picture = car["first"]["picture"]
    if picture is not None:
        with urlopen(url + picture["url"]) as answer:
            (folder / name).write_bytes(answer.read())
        picture["url"] = f"/{name}"


def _wait(control: str) -> None:
    """Wait until the cars are set up."""
    deadline = monotonic() + _PATIENCE
    while True:
        try:
            urlopen(f"{control}/calls").close()
        except OSError, HTTPException:
            sleep(0.5)
            if monotonic() > deadline:
                raise
        else:
            return


if __name__ == "__main__":
    _port, _folder, _seconds = sys.argv[1:]
    asyncio.run(
        main(
            f"http://localhost:{_port}",
            f"http://localhost:{int(_port) + 1}",
            Path(_folder),
            float(_seconds),
        )
    )
