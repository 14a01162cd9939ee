"""The set-up steps of a source, and what they may use of the flow that they are part of."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigFlow, ConfigFlowResult
from homeassistant.core import callback
import voluptuous as vol

BEGIN: Final = "begin"


class AccountFlow(ConfigFlow, ABC):
    """A flow that sets up an account, or changes how one of its sources logs in."""

    @property
    @abstractmethod
    def known_entry(self) -> ConfigEntry | None:
        """The entry that is changed, None if a new one is made."""

    @abstractmethod
    def accounts(self, source: str) -> list[Mapping[str, Any]]:
        """Return how all accounts that are set up log in to a source."""

    @abstractmethod
    def known(self, source: str) -> Mapping[str, Any]:
        """Return how a source of the entry logs in, {} if it has none."""

    @abstractmethod
    async def finish(
        self, source: str, account: dict[str, Any], title: str, unique_id: str | None
    ) -> ConfigFlowResult:
        """Make an entry, or put the source into the one that is there.

        Without a `unique_id`, the stand-in of the source identifies the account.
        """


class SourceSteps(ABC):
    """The steps of one source; each id is the name of the source, and what the step does."""

    def __init__(self, flow: AccountFlow, source: str) -> None:
        self.flow = flow
        self.hass = flow.hass
        self.source = source

    @abstractmethod
    async def async_step_begin(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Log in for the first time; the id of this step is just the name of the source."""

    @abstractmethod
    async def async_step_reauth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Log in again, since the login was refused."""

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Log in again, since the user wants to."""
        return await self.async_step_reauth(user_input)

    @callback  # noqa: B027 - most have nothing to end
    def async_remove(self) -> None:
        """End what still goes on once the dialog was closed."""

    def step_id(self, step: str) -> str:
        """Return the id of a step."""
        return self.source if step == BEGIN else f"{self.source}_{step}"

    def show_form(
        self,
        step: str,
        schema: vol.Schema,
        errors: dict[str, str] | None = None,
        placeholders: Mapping[str, str] | None = None,
    ) -> ConfigFlowResult:
        """Show the form of a step."""
        return self.flow.async_show_form(
            step_id=self.step_id(step),
            data_schema=schema,
            errors=errors,
            description_placeholders=placeholders,
        )
