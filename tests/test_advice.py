"""Check my reply and check my post: a nudge with its reason, never a block, and nothing stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Talk

REPLIES = [
    ("We open at nine on Saturdays. See you then!", []),
    ("Thank you for telling us; somebody from the desk will look into it this week.", []),
    ("Please e-mail dana.whitlock@example.org about that.", ["somebody's e-mail", "Personal data"]),
    ("Our number is 715-555-0100, please call us.", []),  # the library's own
    ("I think the mayor is wrong there.", ["“I think” speaks for a person"]),
    ("Vote yes on Library Question 1 and we can open on Sundays!", ["takes sides about the ballot"]),
    ("That is a stupid thing to say, you moron.", ["can be read as an insult"]),
    ("We guarantee that it will never happen again.", ["“guarantee” is a promise"]),
    ("Your neighbor Dana has three books about bankruptcy overdue.", ["Patron's record", "confidential"]),
]


@pytest.mark.parametrize(("draft", "nudges"), REPLIES)
async def test_a_reply_is_looked_over(talk: Talk, draft: str, nudges: list[str]) -> None:
    await talk.say("What time do you open on Saturdays?")
    before = len(await talk.entries())
    heard = await talk.say(f"/check_reply 1 {draft}")
    assert [words for words in nudges if words not in heard] == []
    assert ("nothing to say against it" in heard) is (not nudges)
    assert "Thank you for telling us." in heard, "the library's own wordings are offered"
    assert len(await talk.entries()) == before, "a draft has not been said, so it is on no record"
    assert "the reply is on record" in await talk.say(f"/replied 1 {draft}"), "advice forbids nothing"


POSTS = [
    ("Toddler Storytime moves to 10:30 this Tuesday.", []),
    ("Our friends at the Alder Creek Historical Society open their barn on Sunday.", []),
    ("Check out my cousin's band this weekend!", ["Say how it relates to the library"]),
    ("A photo of last week's storytime.", ["Say whose it is"]),
    ("A photo of last week's storytime. Photo by Amir Haddad.", []),
    ("Storytime is back! Vote for Corinne Dahlberg!", ["takes sides about the ballot"]),
]


@pytest.mark.parametrize(("draft", "nudges"), POSTS)
async def test_a_post_is_looked_over(talk: Talk, draft: str, nudges: list[str]) -> None:
    heard = await talk.say(f"/check_post {draft}")
    assert [words for words in nudges if words not in heard] == []
    assert ("nothing to say against it" in heard) is (not nudges)
    assert "Facebook (AlderCreekLibrary) and Instagram (@aldercreeklib)" in heard
    assert "transparency.meta.com" in heard


async def test_a_draft_is_asked_for_where_there_is_none(talk: Talk) -> None:
    assert "There is no case '7'." in await talk.say("/check_reply 7 Hello")
    await talk.say("What time do you open on Saturdays?")
    assert "Please give the draft." in await talk.say("/check_reply 1")
    assert "Please give the draft." in await talk.say("/check_post")
    assert "only people named" in await talk.say("/as stranger", "/check_post Hello")
