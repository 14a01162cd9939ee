"""The dashboard that the integration generates, as the default one."""

from typing import Final

from .home import Talk

PATH: Final = "cars"

_GENERATED: Final = {"strategy": {"type": "custom:mybmw"}}


async def ensure_dashboard(talk: Talk) -> None:
    """Create the dashboard, and make it the default one."""
    dashboards = await talk.ask("lovelace/dashboards/list")
    if not any(known["url_path"] == PATH for known in dashboards):
        await talk.ask(
            "lovelace/dashboards/create",
            url_path=PATH,
            allow_single_word=True,
            mode="storage",
            title="Cars",
            icon="mdi:car-multiple",
        )
        await _open_first(talk)
    await talk.ask("lovelace/config/save", url_path=PATH, config=_GENERATED)


async def _open_first(talk: Talk) -> None:
    core = (await talk.ask("frontend/get_user_data", key="core"))["value"] or {}
    await talk.ask("frontend/set_user_data", key="core", value={**core, "default_panel": PATH})
