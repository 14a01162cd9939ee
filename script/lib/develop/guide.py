"""Set up Home Assistant from a second thread while it runs in the main thread."""

import asyncio
from collections.abc import Mapping
import sys
from threading import Thread
from time import time
from typing import Final

from aiohttp import ClientError, WSMessageTypeError, web

from tests.replay.cardata import CLIENT_ID, SimulatedCarData, combined
from tests.replay.cardata.wire import HOSTS as CARDATA_HOSTS
from tests.replay.connecteddrive import SimulatedConnectedDrive
from tests.replay.connecteddrive.service import BASE, HOST as LEGACY_HOST, KEY, SECRET
from tests.replay.mybmw import SimulatedMyBMW
from tests.replay.tunnel import tunnel
from tests.replay.wire import HOSTS as MYBMW_HOSTS

from .account import PASSWORD as CAR_PASSWORD, USERNAME, ensure_account
from .cardata import Stage
from .control import Control
from .dashboard import ensure_dashboard
from .energy import show_pasts
from .highmobility import Fleet
from .home import PASSWORD, USER, Home, VisitError
from .options import HOST, Options
from .past import Past
from .report import Report, report, running, settle
from .stopping import stop, stopping

_PATIENCE: Final = 180.0
_HOSTS: Final = CARDATA_HOSTS | MYBMW_HOSTS | {LEGACY_HOST}
LEGACY_ACCOUNT: Final = {
    "MYBMW_CONNECTEDDRIVE_SERVER": BASE,
    "MYBMW_CONNECTEDDRIVE_USERNAME": USERNAME,
    "MYBMW_CONNECTEDDRIVE_PASSWORD": CAR_PASSWORD,
    "MYBMW_CONNECTEDDRIVE_API_KEY": KEY,
    "MYBMW_CONNECTEDDRIVE_API_SECRET": SECRET,
}


class Guide:
    """Logs in, sets up the account, creates the dashboard and waits until states do not change.

    Then it runs the control of the simulated services or, in a smoke test, stops Home Assistant.
    `seconds` is the time until the last change of a state.
    """

    def __init__(
        self,
        options: Options,
        sim: SimulatedMyBMW,
        official: SimulatedCarData,
        stage: Stage,
        fleet: Fleet,
        legacy: SimulatedConnectedDrive,
        pasts: Mapping[str, Past],
        started: float,
    ) -> None:
        """Create it; `started` is in seconds since 1970."""
        self.report = Report(failed=["Home Assistant was stopped too early"])
        self.seconds = 0.0
        self._options = options
        self._sim = sim
        self._official = official
        self._stage = stage
        self._fleet = fleet
        self._legacy = legacy
        self._pasts = pasts
        self._started = started
        self._vins = options.vins
        # The source that is added last is not reloaded, and so keeps its stream
        cars = {
            "connecteddrive": options.legacy.cars,
            "mybmw": options.cars,
            "highmobility": options.fleet,
            "cardata": options.cardata,
        }
        self._sources = [source for source, found in cars.items() if found]

    def start(self) -> None:
        """Start it in a daemon thread."""
        Thread(target=lambda: asyncio.run(self._run()), name="guide", daemon=True).start()

    async def _run(self) -> None:
        try:
            async with asyncio.timeout(_PATIENCE), Home(self._options.url) as home:
                await self._make_ready(home)
        except (VisitError, ClientError, WSMessageTypeError, TimeoutError) as error:
            if not stopping():
                self.report = Report(failed=[str(error) or type(error).__name__])
                _say(f"gave up: {self.report.failed[0]}")
        if self._options.smoke:
            stop()
        else:
            await self._keep_control()

    async def _make_ready(self, home: Home) -> None:
        self._progress("Home Assistant starts; Ctrl-C stops it")
        await home.wait()
        await home.log_in()
        await running(home)
        if not self._options.empty:
            self._progress("the account is set up")
        async with home.talk() as talk:
            if not self._options.empty:
                await ensure_account(
                    home, talk, self._vins, self._sources, self._official, self._fleet
                )
                await running(home)
            self._stage.play(self._options.speed)
            if not self._options.empty:
                self._progress("the cars tell what they know")
                await ensure_dashboard(talk)
            if self._pasts:
                await show_pasts(talk, self._pasts)
            self.seconds = round(await settle(home) - self._started, 1)
            self.report = await report(home, talk, self._vins)
        if not self._options.smoke:
            _say(self._welcome(self.report))

    def _progress(self, text: str) -> None:
        if not self._options.smoke:
            _say(f"{time() - self._started:.0f} s: {text} ...")

    def _welcome(self, cars: Report) -> str:
        control = f"http://{HOST}:{self._options.port + 1}"
        return f"""
  {cars.vehicles} cars, {cars.entities} entities, after {self.seconds} s: {self._options.url}
  A browser on this machine needs no login; user and password are {USER}, {PASSWORD}
  The simulated account is {USERNAME}, {CAR_PASSWORD}, with any captcha token;
  the client id of its CarData is {CLIENT_ID}
  Approve its codes, end services, take the stream, let requests fail: {control}
  For the command line, in another shell: eval "$(curl -s {control}/environment)"
  Ctrl-C stops it
"""

    async def _keep_control(self) -> None:
        handle = combined(self._sim, self._official, self._legacy)
        async with tunnel(dict.fromkeys(_HOSTS, handle)) as leading:
            environment = {
                **leading.environment,
                "NO_PROXY": "localhost",
                "MYBMW_CLIENT_ID": CLIENT_ID,
                **LEGACY_ACCOUNT,
            }
            control = Control(
                self._sim, self._official, self._stage, environment, self._fleet, self._legacy
            )
            await self._serve(control.application())

    async def _serve(self, application: web.Application) -> None:
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, self._options.port + 1).start()
            await asyncio.Event().wait()
        except (OSError, OverflowError) as error:
            _say(f"the simulated service cannot be controlled: {error}")
        finally:
            await runner.cleanup()


def _say(text: str) -> None:
    print(f"develop: {text}", file=sys.stderr, flush=True)
