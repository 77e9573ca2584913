"""Annotated texts in the formats that people have. What a file holds tells what it is:

    {"title", "abstract", "mentions": [["RoboNet", "Model"], ["board", "Hardware", "?"]]}
        a paper a line; every occurrence of a surface is a name, and of one with "?" nothing is known
    {"title", "abstract", "mentions": [{"start", "end", "type"}]}
        as `kg extract` prints it
    {"text", "spans": [{"start", "end", "label"}], "answer": "accept"}
        Prodigy and spaCy; what is not accepted is skipped
    RoboNet  NNP  B-Model
        CoNLL: a token a line, its tag last (BIO, BIOES or a plain label); an empty line after a sentence, -DOCSTART-
        before a document

Offsets are code points, end-exclusive, into the text or into title, newline and abstract.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from kg.model import Reject
from kg.read import jsonl
from kg.read.source import Source, bad_byte, check, files, opened
from kg.text import normalise
from kg.train.corpus import Mark

OnReject = Callable[[Reject], None]
Token = tuple[str, str]  # the word and its tag

_ACCEPTED = (None, "accept")
_TAG = re.compile(r"(?P<place>[BIESLU])-(?P<label>.+)")
_OUTSIDE = "O"
_DOCUMENT = "-DOCSTART-"


@dataclass(frozen=True, slots=True)
class Annotated:
    """A normalised text and the names in it; `same` are groups of surfaces of one thing."""

    file: str
    line: int
    text: str
    marks: tuple[Mark, ...]
    same: tuple[tuple[str, ...], ...] = ()

    def reject(self, reason: str) -> Reject:
        return Reject(self.file, self.line, reason)


def read(paths: Iterable[Path], on_reject: OnReject, skipped: Counter[str]) -> Iterator[Annotated]:
    """Every annotated text of files and folders, in order; `skipped` counts answers other than "accept".

    Raises InputError for a path that does not exist.
    """
    paths = list(paths)
    check(paths)
    for path in chain.from_iterable(map(files, paths)):
        if isinstance(path, Reject):
            on_reject(path)
            continue
        with opened(path) as source:
            if isinstance(source, Reject):
                on_reject(source)
            elif jsonl.recognise(source.head):
                yield from _json_lines(source, on_reject, skipped)
            elif _is_conll(source.head):
                yield from _conll(source, on_reject)
            else:
                on_reject(source.reject(None, "neither JSON Lines nor CoNLL" if source.head.strip() else "empty file"))


def _json_lines(source: Source, on_reject: OnReject, skipped: Counter[str]) -> Iterator[Annotated]:
    for row in jsonl.objects(source):
        if isinstance(row, Reject):
            on_reject(row)
            continue
        if (answer := row.value.get("answer")) not in _ACCEPTED:
            skipped[str(answer)] += 1
            continue
        try:
            yield Annotated(source.name, row.line, *(_spans if "text" in row.value else _paper)(row.value))
        except ValueError as error:
            on_reject(source.reject(row.line, str(error), row.written))


def _paper(record: Mapping[str, Any]) -> tuple[str, tuple[Mark, ...], tuple[tuple[str, ...], ...]]:
    match record:
        case {"title": str(title), "abstract": str(abstract), "mentions": list(mentions)}:
            raw = f"{title}\n{abstract}"
        case _:
            raise ValueError("neither title, abstract and mentions nor text and spans")
    same = record.get("same") or []
    if not all(isinstance(group, list) and all(isinstance(name, str) for name in group) for group in same):
        raise ValueError("same is no list of groups of surfaces")
    return flat(raw), tuple(_mention(raw, mention) for mention in mentions), tuple(map(tuple, same))


def _mention(raw: str, mention: object) -> Mark:
    match mention:
        case [str(surface), str(label), *doubt] if surface.strip() and doubt in ([], ["?"]):
            return Mark(normalise(surface), label, firm=not doubt)
        case {"start": int(start), "end": int(end), "type": str(label)}:
            return _mark(raw, start, end, label)
    raise ValueError(f"a mention without surface, or start and end, or type: {mention}"[:160])


def _spans(record: Mapping[str, Any]) -> tuple[str, tuple[Mark, ...]]:
    raw, spans, marks = record["text"], record.get("spans") or [], []
    if not isinstance(raw, str) or not raw.strip() or not isinstance(spans, list):
        raise ValueError("no text, or spans that are no list")
    if "spans" not in record and "answer" not in record:
        raise ValueError("a text without spans")
    for span in spans:
        match span:
            case {"start": int(start), "end": int(end), "label": str(label)}:
                marks.append(_mark(raw, start, end, label))
            case _:
                raise ValueError(f"a span without start, end or label: {span}"[:160])
    return flat(raw), tuple(marks)


def _mark(raw: str, start: int, end: int, label: str) -> Mark:
    """The name at `raw[start:end]`, where it stands once white space is folded."""
    if not 0 <= start < end <= len(raw) or not (written := raw[start:end]).strip():
        raise ValueError(f"nothing from {start} to {end}, where {label} should be")
    start += len(written) - len(written.lstrip())
    return Mark(normalise(written), label, len(flat(raw[:start] + "x")) - 1)


def flat(text: str) -> str:
    """Normalised, but with the line break behind the first line, which is a title's end."""
    title, _, rest = text.lstrip().partition("\n")
    return "\n".join(filter(None, map(normalise, (title, rest))))


def _is_conll(head: str) -> bool:
    """Lines of as many columns, the last of which is a tag, at least in the first sentence."""
    sentence: list[list[str]] = []
    for line in head.lstrip("\ufeff \t\r\n").splitlines():
        columns = _columns(line)
        if columns and columns[0] not in (_DOCUMENT, "#"):
            sentence.append(columns)
        elif sentence:
            break
    return (
        any(_is_tag(columns[-1]) for columns in sentence)
        and len({len(columns) for columns in sentence[:-1] or sentence}) == 1
        and len(sentence[0]) > 1
    )


def _is_tag(column: str) -> bool:
    return column == _OUTSIDE or bool(_TAG.fullmatch(column))


def _columns(line: str) -> list[str]:
    return [column.strip() for column in line.strip().split("\t")] if "\t" in line.strip() else line.split()


def _conll(source: Source, on_reject: OnReject) -> Iterator[Annotated]:
    """A text a document, or a sentence where the file is not divided into documents."""
    sentences: list[tuple[int, int, list[Token]]] = []  # the document, the first line, the tokens
    document, open_ = 0, False
    for line in source.lines():
        columns = _columns(line.text)
        if fault := line.fault or bad_byte(line.text):
            on_reject(source.reject(line.number, fault, line.text))
        elif not columns or columns[0] == _DOCUMENT:
            document, open_ = document + bool(columns), False
        elif not open_ and columns[0] == "#" and not _is_tag(columns[-1]):
            continue  # a comment before a sentence
        elif len(columns) < 2 or not normalise(columns[0]) or not columns[-1]:
            on_reject(source.reject(line.number, "a token without tag", line.text))
        else:
            if not open_:
                sentences.append((document, line.number, []))
            open_ = True
            sentences[-1][-1].append((normalise(columns[0]), columns[-1]))
    divided = document > 1
    for _, together in groupby(sentences, key=lambda sentence: sentence[0] if divided else sentence[1]):
        parts = list(together)
        yield _tagged(source.name, parts[0][1], [tokens for _, _, tokens in parts])


def _tagged(file: str, line: int, sentences: Iterable[Sequence[Token]]) -> Annotated:
    """The tokens with a space between them, and the names that their tags tell of.

    A name ends with its sentence, and where another label, an O, or a tag that begins a name comes; a plain label goes
    on with the same one.
    """
    words: list[str] = []
    marks, at = [], 0
    for tokens in sentences:
        name: list[str] = []
        label, start = "", 0
        for token, tag in (*tokens, ("", _OUTSIDE)):
            match = _TAG.fullmatch(tag)
            place, its = match.group("place", "label") if match else ("I", "" if tag == _OUTSIDE else tag)
            if name and (its != label or place in "BSU"):
                marks.append(Mark(" ".join(name), label, start))
                name = []
            if its:
                label, start = its, start if name else at
                name.append(token)
            if token:
                words.append(token)
                at += len(token) + 1
    return Annotated(file, line, " ".join(words), tuple(marks))
