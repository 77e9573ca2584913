"""PubMed's XML, as efetch and the yearly files have it: one <PubmedArticle> a paper.

The parts of a structured abstract keep their headings (`METHODS: ...`), as MEDLINE's own text has them. A title in
brackets is PubMed's translation, and loses them.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from kg.model import Paper, Reject
from kg.names import paper_key
from kg.read import fields
from kg.read.elements import begins, papers, plain
from kg.read.source import Source

_ARTICLES = ("PubmedArticle", "PubmedBookArticle")
_TRANSLATED = re.compile(r"\[(.+)\](\.?)")
_MEDLINE_DATE = re.compile(r"((?:19|20)\d\d)(?: ([A-Z][a-z]{2})(?: (\d{1,2}))?(?!\S))?")


def recognise(head: str) -> bool:
    return any(begins(head, root) for root in ("PubmedArticleSet", *_ARTICLES))


def parse(source: Source) -> Iterator[Paper | Reject]:
    return papers(source, _paper, "PubmedArticleSet", *_ARTICLES)


def _paper(record: Element) -> Paper | str:
    """The paper, or why the record is none."""
    citation = record.find("MedlineCitation")
    article = record.find("BookDocument") if citation is None else citation.find("Article")
    if article is None:
        return "no title and no abstract"
    title = fields.text(_TRANSLATED.sub(r"\1\2", plain(article.find("ArticleTitle"))))
    abstract = " ".join(filter(None, map(_part, article.iterfind("Abstract/AbstractText"))))
    if reason := fields.lacking(title, abstract):
        return reason
    doi = fields.first(
        fields.doi,
        *(plain(id_) for id_ in article.iterfind("ELocationID[@EIdType='doi']") if id_.get("ValidYN") != "N"),
        *map(plain, record.iterfind("PubmedData/ArticleIdList/ArticleId[@IdType='doi']")),
        *map(plain, article.iterfind("ArticleIdList/ArticleId[@IdType='doi']")),
    )
    number = plain((article if citation is None else citation).find("PMID"))
    lists = [authors for authors in article.iterfind("AuthorList") if authors.get("Type") != "editors"]
    authors = [_name(author) for each in lists for author in each if author.get("ValidYN") != "N"]
    subjects = [*record.iterfind(".//KeywordList/Keyword"), *record.iterfind(".//MeshHeading/DescriptorName")]
    return Paper(
        key=paper_key(title, abstract, doi=doi),
        title=title,
        abstract=abstract,
        date=_published(article),
        authors=tuple(filter(None, authors)),
        author_count=sum(map(bool, authors)) or None,
        doi=doi,
        url=f"https://pubmed.ncbi.nlm.nih.gov/{number}/" if re.fullmatch("[0-9]{1,10}", number) else None,
        categories=tuple(dict.fromkeys(filter(None, map(plain, subjects)))),
        venue=plain(article.find("Journal/Title")) or plain(article.find("Journal/ISOAbbreviation")) or None,
        pmid=fields.pmid(number),
    )


def _part(part: Element) -> str:
    heading, text = fields.text(part.get("Label")), plain(part)
    return f"{heading}: {text}" if text and heading and heading != "UNLABELLED" else text


def _name(author: Element) -> str:
    if author.find("CollectiveName") is not None:
        return plain(author.find("CollectiveName"))
    first = author.find("Initials") if author.find("ForeName") is None else author.find("ForeName")
    return fields.text(" ".join(map(plain, (first, author.find("LastName"), author.find("Suffix")))))


def _published(article: Element) -> str | None:
    """The day of the electronic or of the printed version, by what is known better, then by what comes first."""
    written = [*article.iterfind("ArticleDate"), *article.iterfind(".//PubDate"), *article.iterfind("ContributionDate")]
    return min(filter(None, map(_date, written)), key=lambda date: (-len(date), date), default=None)


def _date(written: Element) -> str | None:
    """What <Year>, <Month> (`05` or `May`) and <Day> say, or a range begins with (`2018 Jan-Feb` is 2018)."""
    year, month, day = (plain(written.find(name)) for name in ("Year", "Month", "Day"))
    if range_ := _MEDLINE_DATE.match(plain(written.find("MedlineDate"))):
        year, month, day = (part or "" for part in range_.groups())
    if month.isdecimal():
        return fields.first(fields.date, f"{year}-{month}-{day}", f"{year}-{month}", year)
    return fields.first(fields.date, f"{month} {day}, {year}", f"{month} {year}", year)
