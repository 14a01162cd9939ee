"""The service behind the polled source: cars with a mileage that can honk and flash."""

from typing import Final

import httpx
import orjson
import respx

URL: Final = "https://acme.example"


class SimulatedAcme:
    """Answers who knows the token; `sent` are the commands that came."""

    def __init__(self, **mileages: int) -> None:
        self.token = "open sesame"
        self.mileages = mileages
        self.sent: list[tuple[str, str]] = []
        self.polls = 0

    def router(self) -> respx.MockRouter:
        """Return the way to the service."""
        router = respx.mock(assert_all_called=False)
        router.route(host="acme.example").mock(side_effect=self._answer)
        return router

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return httpx.Response(401)
        if request.method == "GET":
            self.polls += 1
            return httpx.Response(200, json=self.mileages)
        vin, kind = orjson.loads(request.content)
        self.sent.append((vin, kind))
        return httpx.Response(200, json={})
