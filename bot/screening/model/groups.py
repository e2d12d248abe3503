"""Words for groups of people read alike, so that a verdict can not hang on which group a comment names.

What is said of a group is judged; whether it is said of one party, faith, people or kind of person or of its
counterpart is not. Only the classifier reads texts so: the rules and the reasons see the words as written.
"""

from __future__ import annotations

import re
from functools import cache

GROUPS: dict[str, str] = {
    "[party]": r"""
        republicans? democrats? democratic dems repubs? gop libs liberals? conservatives? progressives? leftists?
        lefties rightists? libertarians? socialists? (?:left|right)[ -]?wing(?:ers?)? maga
        republican[oa]s? dem[oó]cratas? conservador(?:es|as?)? progresistas? izquierdistas? derechistas?""",
    "[faith]": r"""
        christians? catholics? protestants? evangelicals? baptists? methodists? lutherans? mormons? pentecostals?
        muslims? moslems? islamic jews? jewish hindus? buddhists? sikhs? atheists? pagans? wiccans? amish mennonites?
        cristian[oa]s? cat[oó]lic[oa]s? musulman(?:es|as?)? musulm[aá]n jud[ií][oa]s? ate[oa]s? evang[eé]lic[oa]s?""",
    "[people]": r"""
        mexicans? americans? africans? african[ -]americans? asians? latin(?:o|a|x|e)s? hispanics? chinese japanese
        koreans? vietnamese filipin(?:o|a)s? indians? pakistanis? arabs? iraqis? iranians? syrians? afghans? somalis?
        nigerians? ethiopians? haitians? cubans? puerto[ ]ricans? dominicans? hondurans? guatemalans? salvadorans?
        venezuelans? colombians? brazilians? irish italians? germans? russians? ukrainians? swedes swedish
        norwegians? israelis? palestinians? native[ ]americans? hmong mexican[oa]s? puertorrique[nñ][oa]s? cuban[oa]s?
        haitian[oa]s? dominican[oa]s? venezolan[oa]s? hondure[nñ][oa]s?""",
    "[orientation]": r"""
        gays? lesbians? bisexuals? straights heterosexuals? homosexuals? trans transgender(?:ed)? cisgender(?:ed)? cis
        queers? non-?binary""",
}
"""Each mark, and patterns of the words that read as it; names of languages that are peoples' too stay readable."""


def neutral(text: str) -> str:
    """`text` with the words for groups of people as marks."""
    return _words().sub(lambda match: f"[{match.lastgroup}]", text)


@cache
def _words() -> re.Pattern[str]:
    parts = (rf"(?P<{mark[1:-1]}>{'|'.join(words.split())})" for mark, words in GROUPS.items())
    return re.compile(rf"(?<![\w\[-])(?:{'|'.join(parts)})(?![\w\]])", re.IGNORECASE)
