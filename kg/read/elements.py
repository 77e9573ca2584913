"""The records of an XML file, one small tree at a time; the file as a whole is never parsed.

Each record is cut out of the text at its tags and parsed alone: a broken one costs nothing but itself, a file of any
size is read in the memory of one record, and the document type with all its entities, bombs or files of others, is
never looked at. Prefixes of namespaces are left out of names.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html.entities import html5
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from kg.model import Paper, Reject
from kg.read import fields, source
from kg.read.source import Source, bad_byte

_PREFIX = r"(?:[\w.-]{1,40}:)?"
_LONGEST_TAG = 200  # characters of a tag by which it is known
_DECLARED = re.compile(r"""\s*<\?xml\b[^>]{0,100}\bencoding\s*=\s*["']([\w.-]{1,40})["']""")
# Of the encodings that Python knows those that are nothing but a table; UTF-8 and UTF-16 are told by the bytes.
_TABLES = re.compile(r"(?:iso[-_]?8859[-_]?\d{1,2}|latin-?1|(?:windows-|cp)125\d|koi8-[ru]|macroman)", re.IGNORECASE)
_CLOSING = {"<!--": "-->", "<![CDATA[": "]]>"}
_LONGEST_COMMENT = 1 << 20  # characters; what stays open for longer is no comment, and hides no record
_DEEPEST = 100
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_INDENTED = re.compile(r"\n[ \t]+$")  # by a pretty-printer: nobody breaks a line before an index
_AROUND = {"tex-math": "$", **dict.fromkeys(("br", "li", "p", "sec", "title"), " ")}

_POWER = re.compile(r"\s*[-+\u2212]?\d")


@dataclass(frozen=True, slots=True)
class Record:
    """One element: the number of its first line, what is written there, and its content."""

    line: int
    written: str
    tree: Element


def begins(head: str, root: str) -> bool:
    """Whether an element of that name is the first of the file."""
    first = re.search(rf"<{_PREFIX}([A-Za-z][\w.-]*)(?=[\s/>])", re.sub(r"<!--.*?-->", "", head, flags=re.DOTALL))
    return head.lstrip("\ufeff \t\r\n").startswith("<") and first is not None and first[1] == root


def records(opened: Source, root: str, *names: str) -> Iterator[Record | Reject]:
    """Every element of these names, in order, or why it cannot be read; `root` is the element around them."""
    declared = _DECLARED.match(opened.head.removeprefix("\ufeff"))
    if declared and opened.encoding == "utf-8-sig" and _TABLES.fullmatch(declared[1]):
        opened = replace(opened, encoding=declared[1])
    for cut in _Cutter(opened, root, names).cuts():
        if isinstance(cut, Reject):
            yield cut
            continue
        line, written = cut
        content = bad_byte(written) or tree(line, written)
        yield opened.reject(line, content, written) if isinstance(content, str) else Record(line, written, content)


def papers(opened: Source, paper: Callable[[Element], Paper | str], root: str, *names: str) -> Iterator[Paper | Reject]:
    """What `paper` makes of each element of these names: a paper, or the reason why it is none."""
    for record in records(opened, root, *names):
        yield record if isinstance(record, Reject) else opened.kept(record.line, paper(record.tree), record.written)


class _Cutter:
    """The text of a file, of which only the record that has begun is kept."""

    def __init__(self, opened: Source, root: str, names: tuple[str, ...]) -> None:
        self._opened, self._root = opened, root
        alternatives = "|".join(map(re.escape, (root, *names)))
        self._tag = re.compile(rf"<!--|<!\[CDATA\[|<(?P<end>/?){_PREFIX}(?P<name>{alternatives})(?=[\s/>])(?:\s*>)?")
        self._text, self._line = "", 1  # what is kept, and the number of its first line
        self._at = 0  # how far it is searched
        self._start, self._name = -1, ""  # where the open record begins, if one is open, and its name
        self._bare = 0  # up to where nothing closes a comment, so that none begins
        self._ended = self._over = False  # whether the file has ended, and whether a record was given up before its end
        self._any = self._rooted = False  # whether there was any record, and whether the root is open

    def cuts(self) -> Iterator[tuple[int, str] | Reject]:
        """The line and the text of each record, from its first tag to its last, or what is wrong with it."""
        for piece in self._opened.pieces():
            if isinstance(piece, Reject):
                yield replace(piece, raw=self._text[self._start :][: source.RAW_LIMIT] if self._start >= 0 else "")
                return
            self._extend(piece)
            yield from self._cut()
            if self._start >= 0 and len(self._text) - self._start > source.LINE_LIMIT:
                yield self._reject(f"<{self._name}> of more than {source.LINE_LIMIT:,} characters")
                self._over = True
        self._ended = True
        yield from self._cut()
        if self._start >= 0:
            yield self._reject(f"the file ends before </{self._name}>")
        elif self._rooted:
            yield self._opened.reject(self._number(len(self._text)), f"the file ends before </{self._root}>")
        elif not self._any:
            yield self._opened.reject(None, f"no record in <{self._root}>")

    def _cut(self) -> Iterator[tuple[int, str] | Reject]:
        while tag := self._next():
            yield from self._at_tag(tag)

    def _extend(self, piece: str) -> None:
        done = self._at if self._start < 0 else self._start
        self._line = self._number(done)
        self._text, self._at = self._text[done:] + piece, self._at - done
        self._start, self._bare = min(self._start, 0), self._bare - done

    def _next(self) -> re.Match[str] | None:
        """The next tag of a record or the root that is in no comment and no CDATA."""
        while found := self._tag.search(self._text, self._at):
            self._at = found.end()
            if found["name"]:
                return found
            if found.start() < self._bare:
                continue
            close = self._text.find(_CLOSING[found[0]], self._at)
            if close >= 0:
                self._at = close
            elif self._ended or len(self._text) - found.start() > _LONGEST_COMMENT:
                self._bare = len(self._text)
            else:
                self._at = found.start()  # until there is more of it
                return None
        self._at = max(self._at, len(self._text) - _LONGEST_TAG)
        return None

    def _at_tag(self, tag: re.Match[str]) -> Iterator[tuple[int, str] | Reject]:
        if tag["name"] == self._root:
            self._rooted = not tag["end"]
        elif not tag["end"]:
            if self._start >= 0:
                yield self._reject(f"no </{self._name}>", tag.start())
            self._start, self._name, self._any, self._over = tag.start(), tag["name"], True, False
        elif self._over:
            self._over = False
        elif self._start < 0:
            self._any = True
            yield self._opened.reject(self._number(tag.start()), f"</{tag['name']}> without <{tag['name']}>")
        elif tag["name"] == self._name:
            yield self._number(self._start), self._text[self._start : tag.end()]
            self._start = -1

    def _reject(self, reason: str, end: int | None = None) -> Reject:
        """The open record, which is given up."""
        rejected = self._opened.reject(self._number(self._start), reason, self._text[self._start : end])
        self._start = -1
        return rejected

    def _number(self, at: int) -> int:
        return self._line + self._text.count("\n", 0, at)


def tree(line: int, written: str) -> Element | str:
    """The element, or why it is none. Nothing declares an entity: those of HTML are known, others are refused."""
    builder = TreeBuilder()
    unknown: list[str] = []
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise RecursionError
        builder.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_local(name))

    def skipped(name: str, _: bool) -> None:
        if f"{name};" in html5:
            builder.data(html5[f"{name};"])
        else:
            unknown.append(name)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.UseForeignDTD(True)  # which is not there: an entity without declaration is then skipped, no error
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.SkippedEntityHandler = skipped
    try:
        parser.Parse(_CONTROL.sub("\ufffd", written), True)
    except expat.ExpatError as error:
        return f"broken XML in line {line + error.lineno - 1}: {expat.ErrorString(error.code)}"
    except RecursionError:
        return "broken XML: nested too deeply"
    return f"unknown entity &{unknown[0]};" if unknown else builder.close()


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def plain(element: Element | None) -> str:
    """The text of an element, normalised, without mark-up; formulas stay, and 10<sup>6</sup> is 10^6."""
    parts = [""]
    pending: list[Element | str] = [] if element is None else [element]  # no recursion: hostile input nests deeply
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            parts.append(item)
            continue
        if item.tag in ("sub", "sup"):
            parts[-1] = _INDENTED.sub("", parts[-1])
        around = "" if "$" in (item.text or "") else _AROUND.get(item.tag, "")
        power = item.tag == "sup" and parts[-1][-1:].isdigit() and _POWER.match(item.text or "")
        inside = [part for child in item for part in (child, child.tail or "")]
        pending += reversed([around or ("^" if power else ""), item.text or "", *inside, around])
    return fields.text("".join(parts))
