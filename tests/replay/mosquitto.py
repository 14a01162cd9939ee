"""A Mosquitto process on loopback, whose user can be changed while it runs."""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import cache
from hashlib import pbkdf2_hmac
import json
import os
from pathlib import Path
import shutil
import socket
import subprocess
from tempfile import TemporaryDirectory
from typing import Any, Final

import aiomqtt

from .certificates import certificates
from .fingerprints import Json
from .proxy import LOOPBACK

_SCRIPT: Final = Path(__file__).parents[2] / "script" / "lib" / "mosquitto"
_PLUGIN: Final = "mosquitto_dynamic_security.so"
_CONTROL: Final = "$CONTROL/dynamic-security/v1"
_ADMIN: Final = "backend"
_ATTEMPTS: Final = 3
_START_TIMEOUT: Final = 30.0
_HASH_ROUNDS: Final = 101
_NO_DELAY: Final = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class MosquittoMissing(RuntimeError):
    """Mosquitto is not installed and cannot be downloaded."""


def find_mosquitto() -> Path:
    """Return the path of Mosquitto, downloaded if needed; raise MosquittoMissing."""
    found, why = _run_script()
    if found is None:
        raise MosquittoMissing(why)
    return found


@cache
def _run_script() -> tuple[Path | None, str]:
    """Return the output of the script, or its error."""
    run = subprocess.run([_SCRIPT], capture_output=True, text=True, check=False)
    if run.returncode:
        return None, run.stderr.strip().rpartition("\n")[2] or f"{_SCRIPT.name} failed"
    return Path(run.stdout.strip()), ""


class Mosquitto:
    """Serves one user over TLS 1.3 on `port`; `on_log` is called with each line of its log.

    The user may subscribe to `topics` and publish nothing; QoS is 0, nothing is retained.
    """

    def __init__(
        self, user: str, topics: Iterable[str], on_log: Callable[[str], None], *, verbose: bool
    ) -> None:
        self.port = 0
        self._user = user
        self._topics = tuple(topics)
        self._on_log = on_log
        self._verbose = verbose
        self._admin: aiomqtt.Client | None = None
        self._admin_password = os.urandom(12).hex()
        self._control = asyncio.Lock()
        self._running = AsyncExitStack()

    @property
    def running(self) -> bool:
        """Whether it is running."""
        return self._admin is not None

    async def start(self, password: str) -> None:
        """Start it with this password of the user; raise RuntimeError if that fails."""
        binary = await asyncio.to_thread(find_mosquitto)
        async with AsyncExitStack() as stack:
            directory = Path(stack.enter_context(TemporaryDirectory(prefix="mybmw-mosquitto-")))
            inner = await self._spawn(stack, binary, directory, password)
            self._admin = await stack.enter_async_context(self._connect(inner))
            self._running = stack.pop_all()

    async def stop(self) -> None:
        """Kill it."""
        self._admin = None
        with suppress(aiomqtt.MqttError):
            await self._running.aclose()

    async def set_password(self, password: str) -> None:
        """Change the password of the user, which disconnects the user."""
        await self._command("setClientPassword", password=password)

    async def kick(self) -> None:
        """Disconnect the user."""
        await self._command("disableClient")
        await self._command("enableClient")

    async def publish(self, topic: str, payload: bytes | str) -> None:
        """Publish as the backend; the message is lost if it is not running."""
        if self._admin:
            with suppress(aiomqtt.MqttError):
                await self._admin.publish(topic, payload)

    async def _command(self, command: str, **arguments: str) -> None:
        """Run a command of the plugin for the user; raise RuntimeError if it is refused."""
        if (admin := self._admin) is None:
            raise RuntimeError("Mosquitto is not running")
        request = {"commands": [{"command": command, "username": self._user, **arguments}]}
        async with self._control:
            await admin.publish(_CONTROL, json.dumps(request))
            answer = json.loads((await anext(admin.messages)).payload)
        if error := answer["responses"][0].get("error"):
            raise RuntimeError(f"{command}: {error}")

    async def _spawn(
        self, stack: AsyncExitStack, binary: Path, directory: Path, password: str
    ) -> int:
        """Start the process, again if another one took a port; return the port of the admin."""
        for attempt in range(1, _ATTEMPTS + 1):
            self.port, inner = _free_ports(2)
            users = directory / "users.json"
            users.write_text(json.dumps(self._users(password)))
            configuration = directory / "mosquitto.conf"
            configuration.write_text(self._configuration(binary.parent / _PLUGIN, users, inner))
            try:
                await stack.enter_async_context(_process(binary, configuration, self._on_log))
            except RuntimeError, TimeoutError:
                if attempt == _ATTEMPTS:
                    raise
            else:
                break
        return inner

    @asynccontextmanager
    async def _connect(self, port: int) -> AsyncIterator[aiomqtt.Client]:
        async with aiomqtt.Client(
            LOOPBACK,
            port,
            identifier=_ADMIN,
            username=_ADMIN,
            password=self._admin_password,
            socket_options=[_NO_DELAY],
        ) as admin:
            await admin.subscribe(f"{_CONTROL}/response")
            yield admin

    def _configuration(self, plugin: Path, users: Path, inner: int) -> str:
        files = certificates()
        kinds = [
            "error",
            "warning",
            "notice",
            "information",
            "subscribe",
            *["debug"] * self._verbose,
        ]
        return "\n".join(
            [
                # As root it would change to a user who cannot read the files
                *["user root"] * (os.geteuid() == 0),
                "allow_anonymous false",
                "persistence false",
                "set_tcp_nodelay true",
                "max_queued_messages 0",
                "retain_available false",
                "log_dest stderr",
                "log_timestamp false",
                *(f"log_type {kind}" for kind in kinds),
                f"plugin {plugin}",
                f"plugin_opt_config_file {users}",
                f"listener {inner} {LOOPBACK}",
                f"listener {self.port} {LOOPBACK}",
                "max_qos 0",
                "tls_version tlsv1.3",
                f"cafile {files.authority}",
                f"certfile {files.server}",
                f"keyfile {files.key}",
                "",
            ]
        )

    def _users(self, password: str) -> Json:
        """Return the state of the plugin: full access for the admin, read access for the user."""
        everything = ("#", "$CONTROL/#")
        all_rights = ("publishClientSend", "publishClientReceive", "subscribePattern")
        rights = {
            _ADMIN: [_right(kind, topic) for kind in all_rights for topic in everything],
            self._user: [_right("subscribePattern", topic) for topic in self._topics],
        }
        passwords = {_ADMIN: self._admin_password, self._user: password}
        return {
            "defaultACLAccess": {
                "publishClientSend": False,
                "publishClientReceive": True,
                "subscribe": False,
                "unsubscribe": True,
            },
            "clients": [
                {"username": user, "roles": [{"rolename": user}], **_hashed(secret)}
                for user, secret in passwords.items()
            ],
            "roles": [{"rolename": user, "acls": acls} for user, acls in rights.items()],
        }


def _right(kind: str, topic: str) -> Json:
    return {"acltype": kind, "topic": topic, "priority": 0, "allow": True}


def _hashed(password: str) -> Json:
    salt = os.urandom(12)
    digest = pbkdf2_hmac("sha512", password.encode(), salt, _HASH_ROUNDS)
    encoded = {"password": b64encode(digest).decode(), "salt": b64encode(salt).decode()}
    return {**encoded, "iterations": _HASH_ROUNDS}


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server((LOOPBACK, 0)) for _ in range(count)]
    ports: list[int] = [listening.getsockname()[1] for listening in sockets]
    for listening in sockets:
        listening.close()
    return ports


@asynccontextmanager
async def _process(
    binary: Path, configuration: Path, on_log: Callable[[str], None]
) -> AsyncIterator[None]:
    """Run the process; raise RuntimeError with the end of its log if it does not start."""
    # Kill it together with this process
    dies_with_parent = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    command: list[Any] = [*dies_with_parent, binary, "-c", configuration]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE
    )
    reading: asyncio.Task[None] | None = None
    try:
        async with asyncio.timeout(_START_TIMEOUT):
            await _ready(process)
        reading = asyncio.create_task(_read_log(process, on_log))
        yield
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        if reading is not None:
            await reading


async def _ready(process: Process) -> None:
    assert process.stderr
    lines: list[str] = []
    async for line in process.stderr:
        lines.append(line.decode(errors="replace"))
        if lines[-1].rstrip().endswith(" running"):
            return
    raise RuntimeError(f"Mosquitto did not start: {''.join(lines[-3:])}")


async def _read_log(process: Process, on_log: Callable[[str], None]) -> None:
    assert process.stderr
    async for line in process.stderr:
        on_log(line.decode(errors="replace").rstrip("\n"))
