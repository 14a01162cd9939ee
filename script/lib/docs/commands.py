"""The commands of the command line."""

from collections.abc import Iterator

from custom_components.mybmw.client.cli import (
    app_commands,
    cardata_commands,
    connecteddrive_commands,
    highmobility_commands,
    journal_commands,
)
from custom_components.mybmw.client.cli.arguments import Option, SubCommand
from custom_components.mybmw.client.cli.connecteddrive_commands import LOGIN

from .tables import code, table


def commands(_name: str) -> Iterator[str]:
    """Yield a table of all commands, those of the app's API first."""
    rows = [_row("mybmw", command) for command in app_commands.COMMANDS]
    rows += [_row("mybmw cardata", command) for command in cardata_commands.COMMANDS]
    rows += [_row("mybmw highmobility", command) for command in highmobility_commands.COMMANDS]
    rows += [_row("mybmw connecteddrive", command) for command in connecteddrive_commands.COMMANDS]
    rows += [_row("mybmw journal", command) for command in journal_commands.COMMANDS]
    yield from table(("command", "arguments", "options", "what it does"), rows)


def _row(program: str, command: SubCommand) -> tuple[str, str, str, str]:
    words = " ".join(f"[{word.usage}]" if word.optional else word.usage for word in command.words)
    options = "<br>".join(code(_usage(option)) for option in command.options if option not in LOGIN)
    return code(f"{program} {command.name}"), code(words), options, command.summary


def _usage(option: Option) -> str:
    flag = max(option.flags, key=len)
    value = option.settings.get("metavar") or "|".join(option.settings.get("choices", ()))
    return f"{flag} {value}" if value else flag
