import asyncio
import json
from os import environ as env
from pathlib import Path

import httpx
from mybmw_client import Garage, attributes, cardata, mybmw

FILE = Path("tokens.json")  # made by a login with cardata.DeviceLogin


def keep(tokens: cardata.CardataTokens) -> None:
    FILE.write_text(json.dumps(tokens.dump()))


async def main(known: cardata.CardataTokens | None) -> None:
    async with httpx.AsyncClient() as web:
        app = mybmw.connect(web, "rest_of_world", env["USER"], env["PASSWORD"], env["CAPTCHA"])
        garage = Garage([app, cardata.connect(web, env["CLIENT_ID"], known, save=keep)])
        for source, poll in (await garage.refresh_all()).items():
            print(source, poll.error or "has answered")
    for car in garage.vehicles.values():
        print(car.name, car.value(attributes.MILEAGE), attributes.MILEAGE.unit)


asyncio.run(main(cardata.CardataTokens.load(json.loads(FILE.read_text()))))
