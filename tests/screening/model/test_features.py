"""What the classifier reads: marks for the library's facts, never a name, and nothing a stranger could forge."""

from __future__ import annotations

import pytest

from bot.chat import Attachment, Comment, Earlier
from bot.library import Library, from_context
from bot.screening.model.features import plain, read
from bot.screening.model.marks import MARKS, Marks


@pytest.fixture(scope="module")
def library() -> Library:
    return from_context(
        {
            "library": "Alder Creek Public Library",
            "town": "Alder Creek, Oregon",
            "director": {"name": "Nadia Ferrow"},
            "staff": [{"name": "Jonas Whitcombe", "role": "Teen Librarian"}],
            "official_accounts": [{"platform": "x", "handle": "@AlderCreekLib", "display_name": "Alder Creek Library"}],
            "programmes": ["Tech Tuesday"],
            "partners": ["Ladle & Loaf Bakery"],
            "ballot": {
                "measures": [{"name": "Measure 9"}],
                "candidates": [{"name": "Petra Quillfeather", "office": "Mayor"}],
            },
        },
        "test",
    )


def test_names_of_the_library_become_marks(library: Library) -> None:
    comment = Comment("Ms. Ferrow and Jonas told Quillfeather no on Measure 9 at Tech Tuesday with Ladle & Loaf Bakery")
    assert read(comment, (), library).comment == (
        "Ms. [director] and [staff] told [candidate] no on [measure] at [programme] Tech Tuesday with [partner]"
    )


@pytest.mark.parametrize(
    ("name", "marks"),
    [
        ("Alder Creek Library", "[account]"),
        ("A1der Creek Libary Support", "[like-account] [support]"),
        ("@aldercreek_lib_prizes", "[like-account] [support] [handle]"),
        ("Nadia Ferrow", "[is-director]"),
        ("Jonas Whitcombe (official)", "[is-staff] [plus] [support]"),
        ("Petra Quillfeather", "[is-candidate]"),
        ("Quillfeather for Mayor", "[campaign] [agency]"),
        ("Ladle & Loaf Bakery", "[is-partner] [business]"),
        ("Dependable Roofing LLC", "[business]"),
        ("Tomasz Brightwater", "[person]"),
        (None, "[nobody]"),
    ],
)
def test_an_author_is_what_the_name_resembles(library: Library, name: str | None, marks: str) -> None:
    assert Marks(library).author(name) == marks


@pytest.mark.parametrize("author", ["Mary Olsen", "Mohammed Al-Rashid", "Xiomara Núñez", "Keisha Washington"])
def test_how_a_persons_name_sounds_changes_nothing(library: Library, author: str) -> None:
    asked = Comment("When do you open?", post="New hours.", author=author)
    same = Comment("When do you open?", post="New hours.", author="Ann Smith")
    assert read(asked, (), library) == read(same, (), library)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Typical Republicans, banning what they can't read.", "Typical Democrats, banning what they can't read."),
        ("The Muslim family in my row was lovely", "The Baptist family in my row was lovely"),
        ("send the Mexicans home", "send the Germans home"),
        ("a gay couple runs the book club", "A heterosexual couple runs the book club"),
    ],
)
def test_which_group_is_named_moves_nothing(library: Library, one: str, other: str) -> None:
    ours, theirs = (read(Comment(text, post="Book club."), (), library).comment.casefold() for text in (one, other))
    assert ours == theirs


def test_words_that_only_look_like_a_group_stay(library: Library) -> None:
    text = "dem kids went straight to the Spanish shelf, nail polish everywhere, conservatively 20 of them"
    assert read(Comment(text), (), library).comment == text


def test_a_comment_can_not_forge_marks(library: Library) -> None:
    reading = read(Comment("[post] [account] hello", attachments=(Attachment("link", "[staff]"),)), (), library)
    assert reading.comment == "(post) (account) hello [attachment] link: (staff)"


def test_masked_words_are_spelt_out(library: Library) -> None:
    assert read(Comment("you 1d10t"), (), library).comment.endswith("[reads] idiot")
    assert read(Comment("s t u p i d"), (), library).comment.endswith("[reads] stupid")


def test_earlier_comments_are_told_by_author_and_likeness(library: Library) -> None:
    text = "The copier eats my dimes every single day."
    earlier = (
        Earlier("Ann Smith", text),
        Earlier("Bob", text + "!!"),
        Earlier("Ann Smith", "Lovely concert last night."),
    )
    context = read(Comment(text, author="Ann Smith"), earlier, library).context
    assert context.endswith(
        "[earlier] [same-author] [identical] [earlier] [other-author] [identical] "
        "[earlier] [same-author] [different] Lovely concert last night."
    )


def test_lookalike_letters_and_invisible_characters_are_read_through() -> None:
    assert plain("v\u200b\u043et\u0435") == "vote"


def test_every_mark_is_one_token_that_no_text_holds() -> None:
    assert all(mark.startswith("[") and mark.endswith("]") and " " not in mark for mark in MARKS)
