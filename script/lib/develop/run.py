"""Run Home Assistant with the simulated services instead of real ones in one process."""

from dataclasses import asdict
import json
import logging
import os
from pathlib import Path
import sys
from tempfile import TemporaryDirectory
from typing import Final, TextIO

from homeassistant import runner
from homeassistant.const import RESTART_EXIT_CODE

from custom_components.mybmw.client.cardata import SOURCE as CARDATA
from custom_components.mybmw.client.mybmw import SOURCE as MYBMW
from custom_components.mybmw.const import DOMAIN
from tests.replay.cardata import combined
from tests.replay.cardata.wire import HOSTS as CARDATA_HOSTS
from tests.replay.connecteddrive import SimulatedConnectedDrive
from tests.replay.connecteddrive.service import HOST as LEGACY_HOST
from tests.replay.highmobility.wire import HOSTS as FLEET_HOSTS
from tests.replay.mybmw import SimulatedMyBMW
from tests.replay.serving import router_of
from tests.replay.wire import HOSTS as MYBMW_HOSTS

from .account import PASSWORD, USERNAME
from .cardata import Stage, simulation
from .configuration import prepare, saved_tokens
from .guide import Guide
from .highmobility import Fleet, with_fleet
from .log import listen
from .options import Options
from .past import let_happen, pasts_of
from .stopping import hold_signals

_HOSTS: Final = CARDATA_HOSTS | FLEET_HOSTS | MYBMW_HOSTS | {LEGACY_HOST}
_STUBS: Final = Path(__file__).parent / "bin"


def run(options: Options, answer: TextIO, started: float) -> int:
    """Run until stopped; return the exit status."""
    hold_signals()
    if options.config is None:
        with TemporaryDirectory(prefix="mybmw-") as config:
            return _run(options, Path(config), answer, started)
    options.config.mkdir(parents=True, exist_ok=True)
    return _run(options, options.config.resolve(), answer, started)


def _run(options: Options, config: Path, answer: TextIO, started: float) -> int:
    with runner.ensure_single_execution(str(config)) as lock:
        if lock.exit_code is not None:
            return lock.exit_code
        prepare(config, options.port)
        errors = listen()
        sim = _simulation(options, config)
        official = simulation(options.cardata, saved_tokens(config, DOMAIN, CARDATA))
        pasts = pasts_of(official.cars.values(), options.days)
        let_happen(pasts, official.cars)
        stage = Stage(official, sim, [car.vin for car in options.cars])
        if options.cardata:
            stage.open()
        fleet = Fleet(options.fleet, options.url, config)
        legacy = SimulatedConnectedDrive(
            options.legacy.cars,
            commands=options.legacy.commands,
            speed=1.0 if options.smoke else options.speed,
        )
        guide = Guide(options, sim, official, stage, fleet, legacy, pasts, started)
        handle = with_fleet(combined(sim, official, legacy), fleet)
        with router_of(handle, _HOSTS, pass_through=True):
            guide.start()
            status = _home_assistant(config)
    if options.smoke:
        logging.shutdown()
        return _tell(guide, errors.lines, options, answer)
    if status == RESTART_EXIT_CODE:
        os.execv(sys.executable, sys.orig_argv)
    return status


def _simulation(options: Options, config: Path) -> SimulatedMyBMW:
    """Return an account with the tokens of the last start."""
    sim = SimulatedMyBMW(options.cars, username=USERNAME, password=PASSWORD, captcha=None)
    for tokens in saved_tokens(config, DOMAIN, MYBMW):
        sim.trust(tokens["refresh"])
    return sim


def _home_assistant(config: Path) -> int:
    """Run Home Assistant until it stops; an installed ffmpeg is preferred to the stub."""
    os.environ["PATH"] += f"{os.pathsep}{_STUBS}"
    return runner.run(
        runner.RuntimeConfig(config_dir=str(config), log_no_color=not sys.stderr.isatty())
    )


def _tell(guide: Guide, errors: list[str], options: Options, answer: TextIO) -> int:
    """Print the report of a smoke test and return the exit status."""
    report = guide.report
    contents = {**asdict(report), "errors": errors, "startup_seconds": guide.seconds}
    if not options.states:
        del contents["states"]
    print(json.dumps(contents, indent=2), file=answer, flush=True)
    return 1 if errors or report.failed or report.unavailable else 0
