"""CSV and TSV with a header: columns are found by their names, whatever their order.

    Title,Authors,Year,Abstract
    "Maps, Folded","Lee, Ann; Li, Bo",2020,"We fold."

The names are those of Scopus, Web of Science, IEEE Xplore, Embase, Zotero and the like (`NAMES`); `columns` gives
others. Cells are parted by comma, semicolon, tab or `|`. A quote that nothing closes costs its own line only.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from urllib.parse import unquote

from kg.model import Paper, Reject
from kg.read.record import paper
from kg.read.source import Line, Source
from kg.read.tagged import first_name_first

# For each field the names that its column may have, in lower case and without what is neither letter nor digit.
NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        field: tuple(names.split())
        for field, names in {
            "title": "title articletitle documenttitle papertitle primarytitle titles ti t1",
            "abstract": "abstract abstractnote abstracttext abstracts summary summaries ab n2",
            "authors": "authorfullnames authors author authornames authorfullname creators af au",
            "date": "date publicationdate datepublished published publishtime publisheddate coverdate "
            "publicationyear year yearpublished py source",
            "doi": "doi di doilink openurllink",
            "arxiv_id": "arxivid arxiv id eprint",
            "url": "url link doilink pdflink ur",
            "venue": "sourcetitle publicationtitle journal journaltitle booktitle venue conferencename jf jo t2 so",
            "pmid": "pmid pubmedid pm",
            "categories": "authorkeywords keywords keyword categories manualtags tags terms indexkeywords de kw",
        }.items()
    }
)
_NO_COLUMNS: Mapping[str, str] = MappingProxyType({})
_MOST_LINES = 1000  # of one record: a quote is open that nothing closes
_SEPARATOR = re.compile(r"sep=.")  # Excel's own first line
_DATED = "Date of Publication:"  # Embase, at the end of where a paper was published
_OPEN_URL = re.compile(r"[?&]id=doi:([^&\s]+)")
_LISTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")

_TERM = re.compile(r"(?:\([^()]*\)|[^,|\n])+")  # commas in brackets part nothing

_Places = Mapping[str, Sequence[int]]  # the columns of each field, the best first


def recognise(head: str, columns: Mapping[str, str] = _NO_COLUMNS) -> bool:
    """The first line names a column for the title and one for the abstract."""
    return _header(head, columns) is not None


def parse(source: Source, columns: Mapping[str, str] = _NO_COLUMNS) -> Iterator[Paper | Reject]:
    """`columns` gives fields (as in `NAMES`) the name of their column."""
    header = _header(source.head, columns)
    if not header:
        return
    delimiter, names, places = header
    for number, cells, raw in _rows(source.lines(), delimiter, len(names)):
        if isinstance(cells, str):
            yield source.reject(number, cells, raw)
        elif cells != names and any(cell.strip() for cell in cells) and not _SEPARATOR.fullmatch(raw):
            yield source.kept(number, _paper(cells, places), raw)


def _header(head: str, columns: Mapping[str, str]) -> tuple[str, list[str], _Places] | None:
    """The delimiter, the cells of the first line, and which of them are which field."""
    written = head.lstrip("\ufeff \n").split("\n", _MOST_LINES)
    lines = [Line(at, line) for at, line in enumerate(written) if line.strip()]
    lines = lines[1:] if lines and _SEPARATOR.fullmatch(lines[0].text) else lines
    wanted = {**NAMES, **{field: (_plain(name),) for field, name in columns.items()}}
    for delimiter in ",\t;|":
        for _, names, _ in _rows(iter(lines), delimiter, None):
            if isinstance(names, str):
                break
            plain = [_plain(name) for name in names]
            places = {field: [plain.index(name) for name in known if name in plain] for field, known in wanted.items()}
            if places["title"] and places["abstract"]:
                return delimiter, names, places
            break
    return None


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _rows(lines: Iterator[Line], delimiter: str, width: int | None) -> Iterator[tuple[int, list[str] | str, str]]:
    """Each row: the number of its first line, its cells or why there are none, and what is written.

    A row of `width` cells may lack its last ones, unless it goes on over several lines.
    """
    again: deque[Line] = deque()  # lines that a broken row had taken
    while True:
        taken: list[Line] = []
        more = chain(_popped(again), lines)
        cells, fault = _cells(more, taken, delimiter)
        if not taken:
            return
        several, broken = len(taken) > 1, taken[-1].fault
        if not fault and width is not None:
            over = [cell for cell in cells[width:] if cell.strip()]
            if over or (several and len(cells) < width):
                fault = f"broken CSV: {len(cells)} cells, but the header has {width}"
        if fault and several and not broken:
            again.extendleft(reversed(taken[1:]))
            del taken[1:]
        raw = "\n".join(line.text for line in taken)
        yield taken[-1 if broken else 0].number, fault or cells, raw


def _popped(lines: deque[Line]) -> Iterator[Line]:
    while lines:
        yield lines.popleft()


def _cells(lines: Iterator[Line], taken: list[Line], delimiter: str) -> tuple[list[str], str | None]:
    """The cells of the next row, or what is wrong with it; `taken` gets its lines."""
    open_quote = False

    def texts() -> Iterator[str]:
        nonlocal open_quote
        for line in lines:
            taken.append(line)
            if line.fault:
                return
            yield line.text + "\n"
            if len(taken) == _MOST_LINES:
                break
        open_quote = bool(taken)

    try:
        cells = next(csv.reader(texts(), delimiter=delimiter), [])
        if len(taken) > 1:  # a quote within a line may be any; one that swallows lines must be well-formed
            list(csv.reader([line.text + "\n" for line in taken], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return [], f"broken CSV: {error}"
    fault = taken[-1].fault if taken else None
    return cells, fault or ("broken CSV: a quote is not closed" if open_quote else None)


def _paper(cells: Sequence[str], places: _Places) -> Paper | str:
    def every(field: str) -> list[str]:
        return [value for at in places[field] if at < len(cells) and (value := cells[at].strip())]

    def one(field: str) -> str:
        return next(iter(every(field)), "")

    terms = one("categories")
    return paper(
        title=one("title"),
        abstract=one("abstract"),
        authors=_names(one("authors")),
        dates=[value.rpartition(_DATED)[2].removesuffix(".0") for value in every("date")],
        ids=[*every("arxiv_id"), *map(_doi, every("doi"))],
        links=every("url"),
        venue=one("venue").partition(_DATED)[0],
        pmid=one("pmid"),
        categories=_list(terms) if ";" in terms or terms.startswith("[") else _TERM.findall(terms),
    )


def _doi(written: str) -> str:
    match = _OPEN_URL.search(written)
    return unquote(match[1]) if match else written


def _names(written: str) -> list[str]:
    """Authors parted by semicolons, or by commas when no name is written last name first."""
    names = [re.sub(r"\s*\(\d+\)$", "", name.strip()) for name in _list(written)]
    if len(names) == 1 and all(" " in part.strip() for part in written.split(",")):
        return written.split(",")
    return [first_name_first(name) for name in names]


def _list(written: str) -> list[str]:
    """The items of a list, parted by semicolons or written as Python does."""
    if written.startswith("[") and written.endswith("]") and (items := _LISTED.findall(written)):
        return [single or double for single, double in items]
    return re.split("[;|\n]", written)
