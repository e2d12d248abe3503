"""What the desk writes out is read as text, by a spreadsheet and by a browser, whoever wrote the words in it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import page
from adapters.pack import as_text

NOW = dt.datetime(2026, 11, 16, 17, tzinfo=dt.UTC)
ZONE = ZoneInfo("America/Chicago")
SIGNS = "=+-@＝＋－＠"
FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "x;=cmd|' /C calc'!A0",
    'x"\n=1;"',
    "＝1",
    "a\t@b",
    ";;-1",
)
MARKUP = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</title><svg/onload=alert(1)>", "javascript:alert(1)",
    '"><a href="https://a.example">x</a>', "<!--", "]]>", "&lt;b&gt;",
    "<meta http-equiv=refresh content=0>", "<style>*{}", "'",
)  # fmt: skip
hostile = st.lists(st.one_of(st.sampled_from(FORMULAS + MARKUP), st.text(max_size=12)), max_size=4).map("".join)
TAGS = {
    "html", "meta", "title", "style", "h1", "h2", "h3", "p", "ol", "li", "b", "small", "article", "table", "tr", "td",
    "th", "dl", "dt", "dd", "figure", "figcaption", "img",
}  # fmt: skip
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "class", "value", "alt", "src"}


class Seen(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.odd: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.odd.append(data)

    def handle_pi(self, data: str) -> None:
        self.odd.append(data)


def cells_of(text: str, separator: str) -> list[str]:
    """A table as a spreadsheet reads it that is set to some separator."""
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in row]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@given(cells=st.lists(hostile, min_size=1, max_size=4))
def test_no_cell_is_a_formula(separator: str, cells: list[str]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerow(["2026-0001", *map(as_text, cells)])
    for cell in cells_of(out.getvalue(), separator):
        assert not cell.lstrip().startswith(tuple(SIGNS)), cell
        assert separator != "," or not cell.startswith(("\t", "\r", "\n"))


@given(text=st.text(alphabet=st.characters(exclude_characters=SIGNS + "\t\r\n"), max_size=30))
def test_a_cell_that_is_no_formula_stays_as_it_is(text: str) -> None:
    assert as_text(text) == text


@settings(deadline=None)
@given(one=hostile, other=hostile, name=hostile, content=st.binary(max_size=20))
def test_a_page_shows_hostile_words_and_obeys_none(one: str, other: str, name: str, content: bytes) -> None:
    said = {"text": one, other: [one, {"author": other}], "n": 3}
    entry = {"number": 1, "at": NOW.isoformat(), "kind": other, "payload": said}
    captures = [page.Capture(name, "image/png", content, "ab"), page.Capture(other, "text/html", content, "cd")]
    whole = (
        page.start(page.Title(name, other, NOW), [], ZONE)
        + page.case(one, [entry], captures, ZONE)
        + page.end([(other, 2)])
    )
    seen = Seen()
    seen.feed(whole)
    seen.close()
    assert seen.odd == []
    assert {tag for tag, _ in seen.tags} <= TAGS
    for tag, attributes in seen.tags:
        assert set(attributes) <= ATTRIBUTES, tag
        assert tag != "img" or str(attributes["src"]).startswith("data:image/png;base64,")
    assert [tag for tag, _ in seen.tags][:3] == ["html", "meta", "meta"]
    assert seen.tags[2][1]["http-equiv"] == "Content-Security-Policy"
    assert str(seen.tags[2][1]["content"]).startswith("default-src 'none';")
    words = "".join(seen.words)
    for part in (one, other, name):
        assert " ".join(part.replace("\r", "\n").split()) in " ".join(words.replace("\r", "\n").split())
