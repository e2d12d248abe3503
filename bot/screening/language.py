"""Which language a comment is in, where that is surely neither English nor Spanish: the desk reads no other.

The identifier is CLD3 (https://github.com/google/cld3), a small network that runs on this machine. It errs on short
texts, slang, names and mixtures of languages, so it is believed only where everything else speaks for it too.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import gcld3

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.screening.reading import Reading

LATIN = {
    "bs": "Bosnian", "cs": "Czech", "da": "Danish", "de": "German", "et": "Estonian", "fi": "Finnish",
    "fil": "Filipino", "fr": "French", "hmn": "Hmong", "hr": "Croatian", "ht": "Haitian Creole", "hu": "Hungarian",
    "id": "Indonesian", "it": "Italian", "lt": "Lithuanian", "lv": "Latvian", "ms": "Malay", "nl": "Dutch",
    "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "sk": "Slovak", "sl": "Slovenian",
    "so": "Somali", "sq": "Albanian", "sv": "Swedish", "sw": "Swahili", "tr": "Turkish", "vi": "Vietnamese",
    "yo": "Yoruba",
}  # fmt: skip
"""Languages in Latin letters that are believed, by CLD3's code; Catalan and others that it takes slang for are not."""
OTHER = {
    "am": "Amharic", "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "el": "Greek", "fa": "Persian",
    "gu": "Gujarati", "hi": "Hindi", "hy": "Armenian", "iw": "Hebrew", "ja": "Japanese", "ka": "Georgian",
    "km": "Khmer", "ko": "Korean", "lo": "Lao", "mr": "Marathi", "my": "Burmese", "ne": "Nepali", "pa": "Punjabi",
    "ps": "Pashto", "ru": "Russian", "sr": "Serbian", "ta": "Tamil", "te": "Telugu", "th": "Thai", "uk": "Ukrainian",
    "ur": "Urdu", "zh": "Chinese",
}  # fmt: skip
"""Languages in other letters."""
NAMELESS = "another language"
LONGEST = 500
"""Letters that the identifier is shown."""
FEWEST, FEWEST_ODD = 6, 4
"""Different words that it takes; fewer where many letters are in neither English nor Spanish."""
ODD = 0.06
SURE = 0.99
OURS, OURS_PLAIN = 0.22, 0.4
"""The share of English and Spanish function words above which a text is read; more where all else is plain."""
READ = 4_000
"""Characters of a comment that are looked at."""
_NO_WORD = re.compile(r"[@#]|https?:")
_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
_STRETCHED = re.compile(r"(.)\1\1+")
_NOT_LATIN = re.compile(r"[^\W\d_a-z\u00df-\u02af\u1e00-\u1eff]")
_ODD_LETTER = re.compile(r"[^\W\d_a-záéíóúüñ]")
_FUNCTION_WORDS = """
    the to and is are was of you my this that for it in on at be have has do does not with so what when why how your we
    they i he she me but if or as all just from can will there their who by about out up more no an get got like one our
    its don isn im u ur lol omg pls
    el la los las un una y en con por para es son del al lo que de se su sus muy pero como esta este esto esa ese mi te
    le nos les si ya mas cuando donde porque qué cómo está hay gracias todo todos hoy también fue ser tiene
"""


def foreign(reading: Reading) -> str | None:
    """The name of the language that a text is in, where it surely is neither English nor Spanish, else None."""
    told = " ".join(piece for piece in reading.raw[:READ].split() if not _NO_WORD.search(piece))
    text = _STRETCHED.sub(r"\1", unicodedata.normalize("NFKC", told).casefold())
    words = [word for word in _WORD.findall(text) if not _DIGIT.search(word)]
    letters = sum(map(len, words))
    if letters < FEWEST_ODD:
        return None
    # In the plain layer letters that only pass for Latin ones are Latin: English in disguise stays English.
    strange = len(_NOT_LATIN.findall(reading.plain.text[:READ]))
    if strange >= 0.3 * letters and len(_NOT_LATIN.findall(text)) >= 0.6 * letters:
        return OTHER.get(_identified(words)[0], NAMELESS)
    return _in_latin_letters(words, letters)


def _in_latin_letters(words: Sequence[str], letters: int) -> str | None:
    different = list(dict.fromkeys(words))
    odd = len(_ODD_LETTER.findall(" ".join(words)))
    # Words of one or two letters throughout are spaced-out writing.
    if len(different) < (FEWEST_ODD if odd >= ODD * letters else FEWEST) or letters < 2.6 * len(words):
        return None
    language, chance = _identified(different)
    if language not in LATIN or chance < SURE:
        return None
    half = len(different) // 2
    halves = [_identified(part) for part in (different[:half], different[half:])]
    plain = odd > 0 or all(part == language for part, _ in halves)
    ours = sum(word in _function_words() for word in words)
    mixed = half >= 4 and any(part in {"en", "es"} and sure > 0.7 for part, sure in halves)
    return None if mixed or ours > (OURS_PLAIN if plain else OURS) * len(words) else LATIN[language]


def _identified(words: Sequence[str]) -> tuple[str, float]:
    """The likeliest language's code and its chance, 0 where the identifier itself doubts it."""
    result = _identifier().FindLanguage(" ".join(words)[:LONGEST])
    return result.language, result.probability if result.is_reliable else 0.0


@cache
def _identifier() -> gcld3.NNetLanguageIdentifier:
    return gcld3.NNetLanguageIdentifier(min_num_bytes=0, max_num_bytes=4 * LONGEST)


@cache
def _function_words() -> frozenset[str]:
    return frozenset(_FUNCTION_WORDS.split())
