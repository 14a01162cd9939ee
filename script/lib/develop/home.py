"""A client for Home Assistant, like a browser: REST and websocket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import ClientConnectorError, ClientSession, ClientWebSocketResponse

USER: Final = "developer"
PASSWORD: Final = "developer"

type Json = dict[str, Any]


class VisitError(Exception):
    """A request to Home Assistant has failed."""


class Home:
    """A session; `log_in` comes first."""

    def __init__(self, url: str) -> None:
        """Create it; `url` has no trailing slash."""
        self._url = url
        self._client_id = f"{url}/"
        self._session = ClientSession()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def call(self, method: str, path: str, **request: Any) -> Any:
        """Send a request and return the decoded answer; raise `VisitError` if it is refused."""
        async with self._session.request(method, self._url + path, **request) as response:
            if not response.ok:
                text = await response.text()
                raise VisitError(f"{method} {path}: {response.status} {text.strip()}")
            return await response.json()

    async def wait(self) -> None:
        """Wait until Home Assistant responds."""
        while True:
            try:
                async with self._session.get(f"{self._url}/manifest.json"):
                    return
            except ClientConnectorError:
                await asyncio.sleep(0.05)

    async def log_in(self) -> None:
        """Log in as the prepared user, who is created if there is no user yet."""
        code = await (self._make_user() if await self._is_new() else self._ask_code())
        form = {"grant_type": "authorization_code", "code": code, "client_id": self._client_id}
        tokens = await self.call("POST", "/auth/token", data=form)
        self._session.headers["Authorization"] = f"Bearer {tokens['access_token']}"

    async def _is_new(self) -> bool:
        """Return whether onboarding is not finished yet."""
        async with self._session.get(f"{self._url}/api/onboarding") as response:
            if not response.ok:
                return False
            steps = await response.json()
        return any(step["step"] == "user" and not step["done"] for step in steps)

    async def _make_user(self) -> str:
        user = {"name": USER.title(), "username": USER, "password": PASSWORD, "language": "en"}
        answer = await self.call(
            "POST", "/api/onboarding/users", json={"client_id": self._client_id, **user}
        )
        return str(answer["auth_code"])

    async def _ask_code(self) -> str:
        start = {"handler": ["homeassistant", None], "redirect_uri": self._client_id}
        who = {"client_id": self._client_id}
        flow = await self.call("POST", "/auth/login_flow", json={**who, **start})
        answer = {**who, "username": USER, "password": PASSWORD}
        step = await self.call("POST", f"/auth/login_flow/{flow['flow_id']}", json=answer)
        if step["type"] != "create_entry":
            raise VisitError(f"this configuration has no user {USER} with the password {PASSWORD}")
        return str(step["result"])

    @asynccontextmanager
    async def talk(self) -> AsyncIterator[Talk]:
        """Open a websocket."""
        async with self._session.ws_connect(f"{self._url}/api/websocket") as socket:
            token = self._session.headers["Authorization"].removeprefix("Bearer ")
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": token})
            await socket.receive_json()
            yield Talk(socket)


class Talk:
    """A websocket that sends one command at a time."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        """Create it; `socket` is open and logged in."""
        self._socket = socket
        self._ids = count(1)

    async def ask(self, command: str, **fields: Any) -> Any:
        """Send a command and return its result; raise `VisitError` if it is refused."""
        await self._socket.send_json({"id": next(self._ids), "type": command, **fields})
        answer = await self._socket.receive_json()
        if not answer["success"]:
            raise VisitError(f"{command}: {answer['error']['message']}")
        return answer["result"]

    async def next_event(self) -> Any:
        """Wait for an event of the subscription that was asked for, and return it."""
        return (await self._socket.receive_json())["event"]
