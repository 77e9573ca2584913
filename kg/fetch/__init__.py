"""Papers from services on the web: every answer is saved as it came, then read like any other file.

A folder holds one fetch: `request.json` says what was asked, `responses/` has the answers, one file a page,
`papers.jsonl` the papers in them and `rejects.jsonl` what is none. A fetch that was cut short goes on where it stopped
when it is asked again into the same folder.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path

from kg.errors import InputError, WebError
from kg.fetch.services import (
    ARXIV,
    DAILY_PAPERS,
    DOI,
    OPENALEX,
    Page,
    Pages,
    Service,
    arxiv_pages,
    daily_pages,
    doi_pages,
    openalex_pages,
)
from kg.files import atomic
from kg.model import Reject
from kg.read import jsonl, read
from kg.report import rejects_text
from kg.web import Reply, Web, said

__all__ = [
    "ARXIV",
    "DAILY_PAPERS",
    "DOI",
    "OPENALEX",
    "Fetched",
    "Page",
    "Pages",
    "Service",
    "arxiv_pages",
    "daily_pages",
    "doi_pages",
    "fetch",
    "openalex_pages",
]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a folder holds now: the number of papers, what is none, and how many there are in all if not all came."""

    papers: int
    rejects: tuple[Reject, ...]
    missing: int


def fetch(
    service: Service, pages: Pages, folder: Path, *, asked: Mapping[str, object], web: Web, server: str | None = None
) -> Fetched:
    """Fetch the pages that `folder` does not hold yet, then write the papers of all.

    `asked` is what the user asked for, by which the folder is known again; `server` is another address of the service,
    such as a mirror. What the service does not know (404) is a reject.

    Raises InputError when the folder holds another fetch; WebError when the service cannot be asked: then the papers
    of what came before are written, and the same call goes on from there.
    """
    server = (server or service.server).rstrip("/")
    _claim(folder, {"service": service.name, "server": server, **asked})
    unknown: list[Reject] = []
    try:
        total, came = _pages(service, pages, folder / "responses", web, server, unknown)
    except WebError as error:
        papers, _ = _papers(folder, unknown)
        raise WebError(f"{error}; {folder / 'papers.jsonl'} has {papers} papers so far, ask again to go on") from error
    papers, rejects = _papers(folder, unknown)
    return Fetched(papers, rejects, max(0, total - came))


def _claim(folder: Path, asked: Mapping[str, object]) -> None:
    """Make the folder that of this request, or see that it is."""
    path = folder / "request.json"
    text = json.dumps(asked, ensure_ascii=False, indent=2) + "\n"
    if path.exists():
        if path.read_text("utf-8") != text:
            raise InputError(f"{folder}: holds another fetch (see {path.name}); give another folder with -o")
        return
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"{folder}: holds something else; give another folder with -o")
    with atomic(path) as file:
        file.write(text.encode())


def _pages(
    service: Service, pages: Pages, folder: Path, web: Web, server: str, unknown: list[Reject]
) -> tuple[int, int]:
    """Save what is not there yet; how many records there are in all by the last page, and how many came."""
    total = came = number = 0
    address = next(pages, None)
    while address is not None:
        path = folder / f"{number:06}{service.suffix}"
        page = Page(0, 0)
        if path.exists():
            page = service.parse(path.read_bytes())
        else:
            reply = web.ask(
                server + address,
                params=_key(service),
                headers={"Accept": service.accept},
                check=partial(_check, service),
            )
            if reply.status == HTTPStatus.OK:
                page = service.parse(reply.body)  # which the check has passed
                with atomic(path) as file:
                    file.write(reply.body)
            elif reply.status == HTTPStatus.NOT_FOUND:
                unknown.append(Reject(server + address, None, "unknown to the service"))
            else:
                raise WebError(f"{server}{address}: {reply.status}: {said(reply)}")
        total, came, number = page.total, came + page.records, number + 1
        try:
            address = pages.send(page)
        except StopIteration:
            address = None
    return total, came


def _check(service: Service, reply: Reply) -> None:
    if reply.status == HTTPStatus.OK:
        service.parse(reply.body)


def _key(service: Service) -> dict[str, str]:
    key = os.environ.get(service.key or "")
    return {"api_key": key} if key else {}


def _papers(folder: Path, unknown: list[Reject]) -> tuple[int, tuple[Reject, ...]]:
    """Write what the saved answers hold; how many papers, and what is none."""
    papers, rejects, responses = 0, list(unknown), folder / "responses"
    with atomic(folder / "papers.jsonl") as file:
        for record in read([responses]) if responses.exists() else ():
            if isinstance(record, Reject):
                rejects.append(record)
            else:
                file.write(f"{jsonl.line(record)}\n".encode())
                papers += 1
    with atomic(folder / "rejects.jsonl") as file:
        file.write(rejects_text(rejects).encode())
    return papers, tuple(rejects)
