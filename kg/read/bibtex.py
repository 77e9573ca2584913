r"""BibTeX and BibLaTeX, as reference managers, publishers and DBLP write them.

    @article{key, title = {On {B}ayes}, author = {Last, First and others}, year = 2020, month = mar, abstract = {...}}

LaTeX becomes text (`kg.read.latex`), `@string` abbreviations are resolved, and the first of two fields of one name
counts. An arXiv id is taken from `eprint`, the links, or a journal such as `arXiv preprint arXiv:1706.03762`.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping

from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names
from bibtexparser.model import Entry, ParsingFailedBlock, String

from kg.model import Paper, Reject
from kg.read.blocks import Block, blocks
from kg.read.latex import link, plain
from kg.read.record import paper
from kg.read.source import Source

logging.getLogger("bibtexparser").addHandler(logging.NullHandler())  # what is wrong is told by the rejects

_BEGIN = re.compile(r"[ \t\ufeff]*@[A-Za-z]+\s*[{(]")
_ENTRY = re.compile(
    r"^[ \t\ufeff]*@(?:[a-z]+\s*+[{(]\s*+[^\s{}(),=\"]*\s*+,\s*+[\w-]+\s*+=|(?:string|preamble|comment)\s*+[{(])",
    re.MULTILINE | re.IGNORECASE,
)
_COMMENT = re.compile(r"\s*@comment\b", re.IGNORECASE)
_ARXIV = re.compile(r"arxiv:\s*\S+", re.IGNORECASE)


def recognise(head: str) -> bool:
    """An entry, or one of the `@` commands, begins some line."""
    return _ENTRY.search(head) is not None


def parse(source: Source) -> Iterator[Paper | Reject]:
    strings: dict[str, str] = {}
    for block in blocks(source, lambda text: _BEGIN.match(text) is not None):
        if isinstance(block, Reject):
            yield block
        elif _BEGIN.match(block.lines[0].text):
            yield from _records(source, block, strings)


def _records(source: Source, block: Block, strings: dict[str, str]) -> Iterator[Paper | Reject]:
    """The papers of a block, most often one; its `@string`s are added to `strings`."""
    text = block.text.lstrip("\ufeff")
    for at, part in enumerate(parse_string(text, parse_stack=[]).blocks):
        if isinstance(part, String):
            strings[part.key.lower()] = _resolved(str(part.value), strings)
            continue
        # A field or key that comes twice does no harm.
        entry = part.ignore_error_block if isinstance(part, ParsingFailedBlock) else part
        number = block.number + (part.start_line or 0)
        if isinstance(entry, Entry):
            values: dict[str, str] = {}
            for field in entry.fields:
                values.setdefault(field.key.lower(), _resolved(str(field.value), strings))
            yield source.kept(number, _paper(values), part.raw or text)
        elif isinstance(part, ParsingFailedBlock) and not _COMMENT.match(text):
            reason = "broken BibTeX: the entry does not end, or a field is no `name = value`"
            yield source.reject(number, reason, (part.raw or "") if at else text)


def _resolved(value: str, strings: Mapping[str, str]) -> str:
    """`mar # "~12"` as one text, without quotes or braces around it."""
    parts, start, depth, quoted = [], 0, 0, False
    for match in re.finditer(r'[{}"#]', value):
        mark = match.group()
        depth += (mark == "{") - (mark == "}")
        if mark == '"' and depth == 0:
            quoted = not quoted
        elif mark == "#" and depth == 0 and not quoted:
            parts.append(value[start : match.start()])
            start = match.end()
    parts = [part.strip() for part in (*parts, value[start:])]
    return "".join(part[1:-1] if part[:1] in ("{", '"') else strings.get(part.lower(), part) for part in parts)


def _paper(values: Mapping[str, str]) -> Paper | str:
    def get(name: str) -> str:
        return plain(values.get(name, ""))

    title, subtitle, year, month = get("title"), get("subtitle"), get("year").strip(), get("month").strip()
    places = [_ARXIV.search(get(name)) for name in ("journal", "journaltitle", "note", "howpublished", "number")]
    eprint, links = link(values.get("eprint", "")), [link(values.get(name, "")) for name in ("url", "howpublished")]
    return paper(
        title=f"{title}: {subtitle}" if title and subtitle else title,
        abstract=get("abstract"),
        authors=_names(values.get("author", "")),
        dates=[
            get("date").partition("/")[0],
            f"{year}-{month}-{get('day')}",
            f"{get('day')} {month} {year}",
            f"{year}-{month}",
            f"{month} {year}",
            year,
        ],
        ids=[eprint, *(match.group() for match in places if match), link(values.get("doi", ""))],
        links=links,
        categories=[get("primaryclass"), *re.split("[,;]", get("keywords") or get("keyword"))],
        venue=_venue([get(name) for name in ("journal", "journaltitle", "booktitle")]),
        pmid=get("pmid"),
    )


def _names(written: str) -> list[str]:
    """First name first, whichever way they are written; "others" is nobody."""
    if not _balanced(written):  # the library would take long
        return [plain(name) for name in re.split(r"\sand\s", written)]
    names = [name for name in split_multiple_persons_names(written) if name != "others"]
    return [plain(parse_single_name_into_parts(name, strict=False).merge_first_name_first) for name in names]


def _balanced(written: str) -> bool:
    depth = 0
    for mark in re.findall("[{}]", written):
        depth += 1 if mark == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _venue(names: Iterable[str]) -> str:
    """The first that is a place to publish: `arXiv preprint arXiv:2401.00017` is none."""
    return next((name for name in names if name and not _ARXIV.search(name)), "")
