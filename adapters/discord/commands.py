"""The commands that the desk registers with its server: one for each thing to look at, and what begins something."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from adapters.discord.cards import show
from bot.actions import ACTIONS, Need
from bot.chat import Card

if TYPE_CHECKING:
    from adapters.discord.answers import Answers
    from bot.actions import Action

Asked = discord.Interaction[Any]
MENU = "Check this comment"
_LOG = logging.getLogger("commentdesk")


class Commands(app_commands.CommandTree[Any]):
    """The desk's commands; one that an older desk registered is answered too."""

    async def on_error(self, interaction: Asked, error: app_commands.AppCommandError, /) -> None:
        """A command that is not there any more, or something of ours that is broken."""
        if not isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
            _LOG.error("Discord: a command could not be handled.", exc_info=error)
        if not interaction.response.is_done():
            card = Card("That did not work. Press Ctrl-R or open Discord anew, and try again.")
            await interaction.response.send_message(**show(card).to_send(), ephemeral=True)


def commands_for(client: discord.Client, answers: Answers, guild: discord.Object) -> Commands:
    """Every command of the desk, for one server."""
    commands = Commands(client)

    def add(name: str, help: str, callback: Any) -> None:  # noqa: A002 - what Discord calls a description
        commands.add_command(app_commands.Command(name=name, description=help[:100], callback=callback), guild=guild)

    for action in ACTIONS.values():
        if action.reads:
            add(action.name, action.help, _on_case(answers, action) if action.on_case else _plain(answers, action))
        elif not action.on_case and (Need.DAY in action.needs or action.advises):
            add(action.name, action.help, _plain(answers, action))

    @app_commands.describe(until="the last day, for example 2026-12-04 or friday; nothing: until you say /back")
    async def away(interaction: Asked, until: str = "") -> None:
        await answers.on_away(interaction, until)

    async def comment(interaction: Asked) -> None:
        await answers.on_comment_command(interaction)

    async def desk(interaction: Asked) -> None:
        await answers.on_home(interaction)

    async def check(interaction: Asked, message: discord.Message) -> None:
        await answers.on_menu(interaction, message)

    add("away", "say that you are away", away)
    add("back", ACTIONS["back"].help, _plain(answers, ACTIONS["back"]))
    add("comment", "have a comment checked, with its post, author and link", comment)
    add("desk", "your replies, what is overdue, and what waits for the director", desk)
    commands.add_command(app_commands.ContextMenu(name=MENU, callback=check), guild=guild)
    return commands


def _on_case(answers: Answers, action: Action) -> Any:
    @app_commands.describe(number="the case's number, for example 42 or 2026-0042")
    async def callback(interaction: Asked, number: str) -> None:
        await answers.on_action(interaction, action.name, number)

    return callback


def _plain(answers: Answers, action: Action) -> Any:
    async def callback(interaction: Asked) -> None:
        await answers.on_action(interaction, action.name)

    return callback
