"""Every action by everybody in every state, in Slack: by buttons, and by forms that nobody opened."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bot.chat import Place
from tests.conversations import QUESTION
from tests.permissions import DAY, MAY, ROLES, TYPED, Cell, World, hold, read, tried
from tests.slack import rules
from tests.slack.conftest import HOUR, IDS, PIPER, RUTH, STRANGER
from tests.slack.server import BOT, BOT_USER, STAFF, TEAM
from tests.slack.workspace import payload

if TYPE_CHECKING:
    from tests.slack.conftest import Office
    from tests.slack.server import Json

HERE = ("director", "deputy", "staff", "minor", "stranger", "visitor", "bot")
AWAY = ("acting",)
BUTTONS = ("have_it", "claim", "take_back", "back", "case", "open", "mine", "overdue")
"""What a press alone is enough for; all else comes filled in."""
FIELDS = {
    **dict.fromkeys(("keep", "remove", "no_reply", "withdraw", "closed"), "reason"),
    **dict.fromkeys(("ask", "ask_staff"), "question"),
    **dict.fromkeys(("check_reply", "check_post"), "draft"),
    **{name: name for name in ("answer", "post", "words")},
    "replied": "reply",
    "done": "what_was_done",
}
DAYS = ("forward", "talk", "home", "away", "back", "closed", "reopen", "check_post", "open", "mine", "overdue")
NOTHING = "\0"


class Sender:
    """Somebody whose app, or whose forgery, sends what Slack would deliver."""

    def __init__(self, office: Office, thread: Json) -> None:
        self._office = office
        self._thread = thread
        self._count = 0

    def id(self, role: str) -> str:
        """Whom the desk has on record; who comes from elsewhere is not the person whose id they have."""
        return f"{RUTH} of T0OTHER" if role == "visitor" else self._user(role)

    def _user(self, role: str) -> str:
        own = {"stranger": STRANGER, "visitor": RUTH, "bot": BOT_USER, "minor": PIPER}
        return own.get(role) or IDS[str(ROLES[role])]

    async def act(self, role: str, action: str, case: str, hears: str) -> str:
        slack, user = self._office.slack, self._user(role)
        before = len(slack.said)
        said = ""
        if action in {"forward", "talk"}:
            await self._write(role, user, action)
        elif action == "home" and not hears:
            await slack.deliver(payload("app_home_opened", user=user))
        elif action == "home":
            return rules.words(await slack.come_home(user)) if role != "visitor" else hears
        elif action in BUTTONS:
            shown = {"ts": self._thread["ts"], "channel": STAFF, "user": BOT_USER}
            await self._send(self._press(role, user, shown, f"desk:{action}", f"{case}|"))
        else:
            one = await self._send(self._form(role, user, action, case))
            said = rules.words((one.reply or {}).get("view") or {}) if one.reply else ""
        if hears and hears not in said:
            direct = slack.direct(user).id
            with suppress(AssertionError):  # the table says better what is missing
                await slack.until(
                    lambda: any(hears in t for to, t in slack.said[before:] if to in {user, direct, STAFF}), seconds=5
                )
        return said + "\n".join(text for _, text in slack.said[before:])

    async def _send(self, body: Json) -> Any:
        self._office.slack.views[body["user"]["id"]] = []
        return await self._office.slack.deliver(body)

    async def _write(self, role: str, user: str, action: str) -> None:
        slack, self._count = self._office.slack, self._count + 1
        more: Json = {"thread_ts": self._thread["ts"]} if action == "talk" else {}
        more |= {"bot_id": BOT, "subtype": "bot_message"} if role == "bot" else {}
        more |= {"user_team": "T0OTHER"} if role == "visitor" else {}
        await slack.say(user, f"{QUESTION} {self._count}", **more)

    def _by(self, role: str, user: str) -> Json:
        team = "T0OTHER" if role == "visitor" else TEAM
        who = {"id": user, "username": "ruth", "name": "Ruth Engstrom", "team_id": team}
        return {"user": who, "trigger_id": self._office.slack.trigger(user)}

    def _press(self, role: str, user: str, shown: Json, action_id: str, value: str) -> Json:
        body = {**payload("block_actions"), **self._by(role, user)}
        body["actions"][0] |= {"action_id": action_id, "value": value}
        body |= {"response_url": f"{self._office.slack.address}/response/{STAFF}/{user}"}
        body |= {"channel": {"id": STAFF, "name": "x"}, "message": shown}
        return body | {"container": {"type": "message", "message_ts": shown["ts"], "channel_id": STAFF}}

    def _form(self, role: str, user: str, action: str, case: str) -> Json:
        about = {"action": action, "case": case, "seen": None, "channel": STAFF, "thread": None}
        now = self._office.clock()
        values: Json = {FIELDS[action]: {"value": TYPED[action]}} if action in FIELDS else {}
        match action:
            case "done":
                values = {"what_was_done": {"selected_option": {"value": TYPED[action]}}}
            case "remove":
                values["guidelines"] = {"selected_options": [{"value": "2"}]}
            case "snooze":
                values = {"later": {"selected_date_time": int((now + 2 * HOUR).timestamp())}}
            case "when":
                values = {"time": {"selected_date_time": int((now - 20 * HOUR).timestamp())}}
            case "closed" | "reopen":
                values["day"] = {"selected_date": DAY.isoformat()}
            case _:
                pass
        kinds = {"selected_option": "static_select", "selected_options": "checkboxes", "value": "plain_text_input"}
        kinds |= {"selected_date_time": "datetimepicker", "selected_date": "datepicker"}
        state = {name: {name: {"type": kinds[next(iter(v))], **v}} for name, v in values.items()}
        view = {
            "id": "V0FORGED",
            "type": "modal",
            "callback_id": "desk_action",
            "private_metadata": json.dumps(about),
            "blocks": [{"type": "input", "block_id": name} for name in values],
            "state": {"values": state},
        }
        return {**payload("view_submission", view=view), **self._by(role, user)}


async def test_who_may_do_what_in_which_state(desk: Office) -> None:
    message = desk.slack.write(IDS["Amir Haddad"], QUESTION)
    player = Sender(desk, message)

    def place(serial: int) -> Place:
        return Place("slack", STAFF, message["ts"] if serial == 1 else f"{message['ts']}/{serial}")

    world = World(desk.desk, desk.store, desk.library, desk.clock(), "slack", IDS.__getitem__)
    cells = await world.cells((*HERE, *AWAY), place)
    before = len(await desk.facts("refusal"))
    wrong = await tried(player, [cell for cell in cells if cell.role in HERE])
    await player.act("director", "away", "", "is away")
    wrong += await tried(player, [cell for cell in cells if cell.role in AWAY])
    hold([*wrong, *await world.wrong(cells, before, player.id)])


async def test_who_may_do_what_that_is_about_no_case(desk: Office) -> None:
    message, _ = await desk.forwarded()
    player = Sender(desk, message)
    may = read(MAY)
    for roles in (HERE, AWAY):
        cells = [Cell(role, action, "", may[action, role], "") for role in roles for action in DAYS]
        hold(await tried(player, cells))
        if roles is HERE:
            await player.act("director", "away", "", "is away")
    assert await desk.count() == 5
    by = {fact["by"]["id"] for fact in await desk.facts("refusal")}
    assert by == {PIPER, STRANGER, f"{RUTH} of T0OTHER", BOT_USER}


async def test_a_form_opens_only_for_who_may(desk: Office) -> None:
    """The first door; what is sent without it meets the second, which the tables try."""
    _, card = await desk.forwarded()
    may = read(MAY)
    for role in ("director", "deputy", "staff", "minor", "stranger"):
        user = STRANGER if role == "stranger" else IDS[str(ROLES[role])]
        for action in ("keep", "remove", "ask_staff", "ask", "replied", "withdraw", "check_reply"):
            await desk.slack.press(user, card, action, value="2026-0001|1")
            shown = desk.slack.views[user]
            await desk.slack.until(lambda shown=shown: shown and "One moment" not in rules.words(shown[-1]))  # type: ignore[misc]
            assert ("submit" in shown[-1]) is (may[action, role] == "yes"), f"{action} by {role}"
