"""The library as others use it: the example of the README, in the installed package."""

import asyncio
from collections.abc import AsyncIterator
import json
from pathlib import Path
import sys
from typing import Any

import httpx
import pytest

from custom_components.mybmw import client
from custom_components.mybmw.client import cardata as package
from custom_components.mybmw.client.core import errors
from tests.cli.installed import install
from tests.client.support import CAPTCHA, PASSWORD, USER, cardata, recorded
from tests.replay.cardata import SimulatedCarData, combined
from tests.replay.cardata.wire import HOSTS as CARDATA_HOSTS
from tests.replay.mybmw import SimulatedMyBMW
from tests.replay.tunnel import Tunnel, tunnel
from tests.replay.wire import HOSTS

EXAMPLE = Path(__file__).parents[1] / "cli" / "example.py"


@pytest.fixture
def official(tmp_path: Path) -> SimulatedCarData:
    """Simulate CarData, and write the tokens of a login down."""
    sim = SimulatedCarData(cardata.recorded("i4_edrive40"), fresh=True)
    tokens = cardata.issued(sim).dump()
    (tmp_path / "tokens.json").write_text(json.dumps(tokens))
    return sim


@pytest.fixture
async def network(official: SimulatedCarData, socket_enabled: None) -> AsyncIterator[Tunnel]:
    """Simulate both services behind real HTTPS."""
    app = SimulatedMyBMW(recorded("ix_xdrive50"))
    handle = combined(app, official)
    async with tunnel(dict.fromkeys(HOSTS | CARDATA_HOSTS, handle)) as proxy:
        yield proxy


@pytest.mark.parametrize("renewed", [False, True])
async def test_example(
    tmp_path: Path, network: Tunnel, official: SimulatedCarData, *, renewed: bool
) -> None:
    """Both sources in one garage, with no Home Assistant near; new tokens are kept."""
    before = (tmp_path / "tokens.json").read_text()
    if renewed:
        official.revoke()
    install(tmp_path / "package")
    package = tmp_path / "package"
    environment = {
        "PYTHONPATH": f"{package / 'absent'}:{package / 'site'}",
        "USER": USER,
        "PASSWORD": PASSWORD,
        "CAPTCHA": CAPTCHA,
        "CLIENT_ID": official.client_id,
        **network.environment,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-s", EXAMPLE),
        cwd=tmp_path,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert (process.returncode, err.decode()) == (0, "")
    mileage = official.cars[cardata.I4].telematics["vehicle.vehicle.travelledDistance"]["value"]
    assert out.decode().splitlines() == [
        "mybmw has answered",
        "cardata has answered",
        "iX xDrive50 58214.0 km",
        f"i4 eDrive40 {float(mileage)} km",
    ]
    assert ((tmp_path / "tokens.json").read_text() != before) is renewed
    assert len(list(filter(None, EXAMPLE.read_text().splitlines()))) <= 20


async def test_login(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The login that `cardata` describes, as it stands there."""
    sim = SimulatedCarData(cardata.recorded("i4_edrive40"))
    lines = [line for line in (package.__doc__ or "").splitlines() if line.startswith("    ")]

    async def approve(_http: client.Http, seconds: float) -> None:
        assert seconds == sim.login.interval.total_seconds()
        sim.approve()

    monkeypatch.setattr(client.Http, "pause", approve)
    async with httpx.AsyncClient(transport=httpx.MockTransport(sim.handle)) as web:
        names: dict[str, Any] = {
            **vars(package),
            **vars(client),
            "web": web,
            "client_id": sim.client_id,
        }
        exec("\n".join(["async def log_in():", *lines, "    return tokens"]), names)
        tokens = await names["log_in"]()
    assert tokens.gcid == sim.gcid
    assert capsys.readouterr().out.startswith("https://")


def test_every_error_is_at_the_door() -> None:
    """Each error can be caught."""
    found = {name for name, kind in vars(errors).items() if isinstance(kind, type)}
    assert {name for name in found if name.endswith("Error")} <= set(client.__all__)
