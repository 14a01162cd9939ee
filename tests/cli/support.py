"""What the tests of the command line share."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
import json
from pathlib import Path
import sys
from typing import Any, Final

from custom_components.mybmw.client.cardata import SOURCE
from tests.client.support import CAPTCHA, PASSWORD, USER
from tests.replay.cardata import CLIENT_ID

REGION: Final = "rest_of_world"
ACCOUNT: Final = (USER, PASSWORD, REGION)
LOGIN: Final = ("--captcha-token", CAPTCHA)
STORE: Final = ".mybmw.json"
PNG: Final = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run of the command line ended, and what it put out."""

    code: int | None
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The only line of the output, decoded."""
        (line,) = self.out.splitlines()
        return json.loads(line)

    def refused(self, code: int, text: str) -> None:
        """Expect this exit status, no result, and one line that holds this text."""
        assert (self.code, self.out, self.err.count("\n")) == (code, "", 1), self
        assert self.err.startswith("mybmw")
        assert text in self.err

    def good(self) -> Outcome:
        """Expect that all went well."""
        assert self.code == 0, self
        return self


type Run = Callable[..., Outcome]


def stored(home: Path) -> Any:
    """Return what the store holds."""
    return json.loads((home / STORE).read_bytes())


def keep_tokens(home: Path, tokens: Any) -> None:
    """Write a store with the login of an earlier run to the service of the BMW app."""
    (home / STORE).write_text(json.dumps({"mybmw": {REGION: {USER: tokens}}}))


def keep_clients(home: Path, clients: Any) -> None:
    """Write a store with clients of CarData by their id."""
    (home / STORE).write_text(json.dumps({SOURCE: clients}))


def client(home: Path) -> Any:
    """Return what is kept of the client of the simulated CarData."""
    return stored(home)[SOURCE][CLIENT_ID]


@dataclass(slots=True)
class Terminal:
    """Runs the installed program as a process of its own; nothing of Home Assistant is there."""

    package: Path
    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    async def run(self, *arguments: str, **options: Any) -> Outcome:
        """Run `mybmw` and wait until it ends."""
        process = await self.start(*arguments, **options)
        return await self.end(process)

    async def end(self, process: Process) -> Outcome:
        """Wait for the end of a run."""
        async with asyncio.timeout(40):
            out, err = await process.communicate()
        return Outcome(process.returncode, out.decode(), err.decode())

    async def start(
        self,
        *arguments: str,
        program: tuple[str, ...] = ("-m", "mybmw_client"),
        env: Mapping[str, str] | None = None,
        hurry: bool = True,
    ) -> Process:
        """Start `mybmw`; with `hurry` it never sleeps for long."""
        parts = ["absent", "site", *["hurry"] * hurry]
        path = ":".join(str(self.package / part) for part in parts)
        environment = {"HOME": str(self.home), "PYTHONPATH": path, "PATH": "/usr/bin:/bin"}
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-s", *program, *arguments),
            cwd=self.home,
            env=environment | self.environment | dict(env or {}),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
        )


async def stop(process: Process) -> None:
    """Kill a run that has not ended."""
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
