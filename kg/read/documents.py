"""JSON that is no JSON Lines: an array of papers, one paper, or a page of them within an object.

    [{"title": ...}, ...]      {"title": ...}      {"total": 2, "papers": [{"title": ...}, ...]}

However it is broken into lines. The text is cut at its brackets into one record at a time: a parser of the whole cannot
tell the line of a record, nor go on after one that is broken.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kg.model import Paper, Reject
from kg.read import jsonl
from kg.read import source as files
from kg.read.source import Line, Source

# The keys of a page under which its papers stand.
_PAGES = "articles|data|docs|documents|entries|hits|items|message|papers|records|response|results|works"
_ARRAY = re.compile(r"\[\s*(?:[{\[\]]|null\b|$)")
_OBJECT = re.compile(r"\{\s*(?:[\"}]|$)")
_PAGE = re.compile(rf'(?:(?!"(?:title|abstract)"\s*:).)*?"(?:{_PAGES})"\s*:\s*[\[{{]')
_PAGE_KEY = re.compile(rf'"(?:{_PAGES})"\s*:\s*')
_TITLE = re.compile(r'"(?:title|abstract)"\s*:')
_TOKEN = re.compile(r'"[^"\\\n]*"|["{}\[\]]|[^\s,:"{}\[\]]+')
_IN_STRING = re.compile(r'\\.|["\n]', re.DOTALL)
_MOST_AROUND = 8


def recognise(head: str) -> bool:
    """An array of objects, or an object that goes on after its first line or holds papers."""
    text = head.lstrip("\ufeff \t\r\n")
    first, *others = text.split("\n", 2)
    goes_on = others and others[0].strip() and not first.rstrip().endswith("}") and not others[0].startswith("{")
    return bool(_ARRAY.match(text) or (_OBJECT.match(text) and (goes_on or _PAGE.match(first))))


def parse(source: Source) -> Iterator[Paper | Reject]:
    return jsonl.papers(source, jsonl.objects(source, _records(source)))


def _records(source: Source) -> Iterator[Line]:
    """Each record as written, with the line where it begins."""
    cutter = _Cutter()
    for piece in source.pieces():
        if isinstance(piece, Reject):
            yield from cutter.end(piece.reason)
            return
        yield from cutter.feed(piece)
    yield from cutter.end()


@dataclass(slots=True)
class _Cutter:
    """Where the brackets of a text stand; its content is none of the cutter's business.

    A record is an element of an array, or an object that is in none. An object turns out to be a page when a key of
    `_PAGES` comes before any title: then what stands under that key are the records, and the rest is left out.
    """

    text: str = ""  # what is still needed: all of the current record, if there is one
    line: int = 1  # where `text` begins
    at: int = 0  # how far `text` has been looked at
    around: list[str] = field(default_factory=list)  # the open brackets that hold records: of arrays and pages
    within: list[str] = field(default_factory=list)  # the open brackets of the current record
    string: int = 0  # where the last string begins
    quoted: bool = False
    unquoted: int = 0  # up to where quotes mean nothing
    titled: bool = False
    skipped: bool = False  # what stands here is no record, or one that is too long

    def feed(self, piece: str) -> Iterator[Line]:
        self.text += piece
        while match := (_IN_STRING if self.quoted else _TOKEN).search(self.text, self.at):
            found, self.at = match[0], match.end()
            if self.quoted or found[0] == '"':
                yield from self._string(found, match.start())
            elif found in "{[":
                self._opened(found, match.start())
            elif found in "}]":
                yield from self._closed(found)
            elif self.at == len(self.text) and piece:  # the next piece may go on with the word
                self.at = match.start()
                break
            else:
                yield from self._value(match.start())
        else:
            self.at = max(self.at, len(self.text) - (self.quoted and self.text.endswith("\\")))
        if self.skipped or not (self.within or self.quoted or self._in_page):
            self._drop(self.at)
        elif not self.within:
            self._drop(self.string)
        if len(self.text) > files.LINE_LIMIT:
            yield Line(self.line, self.text, f"record of more than {files.LINE_LIMIT:,} characters")
            self.skipped = bool(self.within)
            self._drop(self.at)

    def end(self, fault: str | None = None) -> Iterator[Line]:
        """What is left, with the fault that ends the text, if one does."""
        yield from self.feed("")
        reason = fault or "broken JSON: ends too early"
        if self.within and not self.skipped:
            yield Line(self.line, self.text, reason)
        elif fault or self.within or self.around:
            yield Line(self.line, "", reason)

    @property
    def _in_page(self) -> bool:
        return self.around[-1:] == ["{"]

    def _string(self, found: str, start: int) -> Iterator[Line]:
        """A whole string, its beginning, or a step further in it."""
        if found == "\n":
            self.quoted, self.unquoted, self.at = False, self.at, self.string + 1
            return
        if not self.quoted:
            if start < self.unquoted:
                self.at = start + 1
                return
            self.titled = self.titled or self._is_titled()
            self.string = start
            self.quoted = found == '"'
        else:
            self.quoted = found != '"'
        if not self.quoted:
            yield from self._value(self.string)

    def _is_titled(self) -> bool:
        return len(self.within) == 1 and _TITLE.match(self.text, self.string) is not None

    def _value(self, start: int) -> Iterator[Line]:
        """A string, a number, or another word: where a record should stand, it is none."""
        if not self.within and not self._in_page:
            self._drop(start)
            yield from self._finished(self.at)

    def _opened(self, bracket: str, start: int) -> None:
        key = _PAGE_KEY.fullmatch(self.text, self.string, start)
        if self.within:
            if not key or self.titled or self.skipped or self.within != ["{"] or self._is_titled():
                self.within.append(bracket)
                return
            self.within.clear()
            self.around.append("{")
        if bracket == "[" and (key or not self._in_page) and len(self.around) < _MOST_AROUND:
            self.around.append("[")
            return
        self.within.append(bracket)
        self.titled, self.skipped = False, self._in_page and not key
        self._drop(start)

    def _closed(self, bracket: str) -> Iterator[Line]:
        """The end of a record, even if brackets within it are still open, or of what is around records."""
        opening = "{" if bracket == "}" else "["
        if self.within:
            last = self.within.pop()
            while self.within and last != opening:
                last = self.within.pop()
            if self.within:
                return
            yield from self._finished(self.at if last == opening else self.at - 1)
            if last == opening:
                return
        if self.around[-1:] == [opening]:
            self.around.pop()
        else:
            self._drop(self.at)
            yield Line(self.line, bracket, f"broken JSON: unexpected {bracket}")

    def _finished(self, end: int) -> Iterator[Line]:
        if not self.skipped:
            yield Line(self.line, self.text[:end])
        self.skipped = False
        self._drop(end)

    def _drop(self, end: int) -> None:
        self.line += self.text.count("\n", 0, end)
        self.text = self.text[end:]
        self.at -= end
        self.string = max(0, self.string - end)
        self.unquoted = max(0, self.unquoted - end)
