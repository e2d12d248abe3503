"""Languages that the desk does not read: named, never removed; English and Spanish in any dress are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot
from bot.screening.finding import Outcome
from bot.screening.language import foreign
from bot.screening.reading import Reading

if TYPE_CHECKING:
    from tests.screening.conftest import Screen

CORPUS = Path(bot.__file__).parent / "screening" / "model" / "corpus"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Warum ist die Bibliothek am Montag geschlossen?", "German"),
        ("WO FINDE ICH DIE NEUEN BÜCHER VON LETZTER WOCHE?", "German"),
        ("Muito obrigado pela ajuda com o meu cartão, vocês são ótimos", "Portuguese"),
        ("Pourquoi la bibliothèque est fermée le lundi?", "French"),
        ("Thư viện mở cửa lúc mấy giờ vào thứ bảy?", "Vietnamese"),
        ("Mèsi anpil pou èd nou jwenn nan bibliyotèk la", "Haitian Creole"),
        ("Salamat po sa library, ang galing ninyo mag-alaga ng mga bata", "Filipino"),
        ("Почему библиотека закрыта по понедельникам?", "Russian"),
        ("图书馆什么时候开门", "Chinese"),
        ("شكرا جزيلا على المساعدة", "Arabic"),
    ],
)
def test_a_language_that_the_desk_has_not_learnt_is_named(text: str, language: str) -> None:
    assert foreign(Reading(text)) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🔥🔥🔥 😂😂",
        "THE MINUTES ARE STILL NOT ONLINE",
        "T H E   M I N U T E S   A R E   S T I L L   N O T   O N L I N E",
        "W e l l   s h o o t .",
        "реасе сосоа ѕоар",  # Cyrillic letters throughout
        "Thаnk уоu fоr thе bооks",  # Cyrillic letters
        "Ｔｈａｎｋ ｙｏｕ ｆｏｒ ｔｈｅ ｂｏｏｋｓ",
        "Renata Oyelaran, Jörg Müller, Nguyễn Văn An",
        "@anna_k #booktok https://example.org/fr/livre 715-555-0123",
        "omg the croissants and the crème brûlée at the café night were très bon",
        "Señora con todo respeto you're a vieja bruta, ojalá your kids salgan menos babosos than you",
        "no mames qué chingón les quedó, a huevo, de poca pinche madre",
        "mi hija dise ke la muchacha de la tutoria le explica mejor ke la maestra",
        "bro that belt is NASTY 💀",
        "Gibt es auch deutsche Hörbücher? My mother is 91 and misses them so much. Danke!",
        "PRIMERO PRIMERO PRIMERO PRIMERO PRIMERO PRIMERO dale like",
    ],
)
def test_english_and_spanish_in_any_dress_are_read(text: str) -> None:
    assert foreign(Reading(text)) is None


def test_no_english_or_spanish_comment_of_the_corpus_is_taken_for_another_language() -> None:
    cases = [json.loads(line) for file in CORPUS.glob("*.jsonl") for line in file.read_text("utf-8").splitlines()]
    taken = [case["comment"] for case in cases if foreign(Reading(case["comment"]))]
    ours = [text for text in taken if sum(f" {w} " in f" {text.casefold()} " for w in (" the ", " and ", " el ")) > 1]
    assert len(cases) > 1000
    assert ours == []


@given(text=st.text(max_size=300))
def test_no_text_breaks_the_look_at_its_language(text: str) -> None:
    foreign(Reading(text))


@pytest.mark.parametrize(
    "text",
    [
        "Die Bibliothekarin ist eine dumme Kuh und soll endlich verschwinden",
        "Pani w okienku wczoraj to głupia tłusta krowa. Takie ścierwo powinno zamiatać ulice.",
        "Cảm ơn cô Hạnh! Xe sách đến là các cháu mừng lắm.",
        "Slut på sommarlovet, när öppnar biblioteket sina dörrar igen efter semestern?",
    ],
)
def test_what_the_desk_can_not_read_goes_to_the_director(screen: Screen, text: str) -> None:
    verdict = screen(text)
    assert verdict.outcome is Outcome.REFER
    assert "which the desk does not read" in verdict.why
