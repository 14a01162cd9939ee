"""The websocket API, as a card in a browser uses it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

type Content = dict[str, Any]


class Card:
    """A card that is subscribed to a car; `shown` is what it has got together so far."""

    def __init__(self, hass: HomeAssistant, client: Any) -> None:
        self.hass = hass
        self.client = client
        self.number = 0
        self.shown: Content = {}
        self.events: list[Content] = []

    async def ask(self, command: str, **fields: Any) -> Any:
        """Send a command, and return its answer or its error."""
        await self.client.send_json_auto_id({"type": f"mybmw/card/{command}", **fields})
        answer = await self.client.receive_json()
        return answer["result"] if answer["success"] else answer["error"]["code"]

    async def subscribe(self, **fields: Any) -> Content:
        """Subscribe, and return the first event."""
        await self.client.send_json_auto_id({"type": "mybmw/card/subscribe", **fields})
        answer = await self.client.receive_json()
        assert answer["success"], answer
        self.number = answer["id"]
        return await self.next()

    async def next(self) -> Content:
        """Return the next event, and apply it."""
        message = await self.client.receive_json()
        assert message["type"] == "event", message
        event: Content = message["event"]
        for part, value in event.items():
            table = part in ("facts", "commands") and part in self.shown
            merged = {**self.shown[part], **value} if table else value
            self.shown[part] = merged
        self.events.append(event)
        return event

    async def pass_second(self) -> None:
        """Let the second be over in which nothing is sent after an event."""
        async_fire_time_changed(self.hass, dt_util.utcnow() + timedelta(seconds=1.1))
        await self.hass.async_block_till_done()

    async def unsubscribe(self) -> None:
        """End the subscription."""
        message = {"type": "unsubscribe_events", "subscription": self.number}
        await self.client.send_json_auto_id(message)
        assert (await self.client.receive_json())["success"]

    def fact(self, name: str) -> tuple[Any, Any, Any]:
        """Return value, unit and text of a fact."""
        fact = self.shown["facts"][name]
        return fact["value"], fact["unit"], fact["text"]


type Open = Callable[..., Awaitable[Card]]
