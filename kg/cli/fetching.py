"""`kg fetch`: papers from services on the web. The only command that asks anybody for papers."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kg.cli.options import tell_reject, working

if TYPE_CHECKING:
    from kg.fetch import Pages, Service

F = TypeVar("F", bound=Callable[..., Any])
_DAY = click.DateTime(["%Y-%m-%d"])


def _shared(command: F) -> F:
    """The options that every service has."""
    for option in (
        click.option(
            "--server", metavar="URL", help="Another address of the service, such as a mirror.", show_default=False
        ),
        click.option(
            "--contact",
            metavar="EMAIL",
            envvar="PAPERKG_CONTACT",
            show_envvar=True,
            help="Whom the service may write to; many serve those better who say so.",
        ),
        click.option(
            "-o",
            "--output",
            type=click.Path(file_okay=False, path_type=Path),
            help="The folder of this fetch; by default one in fetched/, named after the request.",
        ),
    ):
        command = option(command)
    return command


def _limit(default: int, most: int) -> Callable[[F], F]:
    return click.option(
        "--limit", type=click.IntRange(1, most), default=default, show_default=True, help="How many papers at most."
    )


@click.group()
def fetch() -> None:
    """Fetch papers from a service; what was cut short goes on when asked again.

    Prints the file of papers that `kg build` takes. Proxies are taken from HTTPS_PROXY and NO_PROXY.
    """


@fetch.command()
@click.argument("query")
@click.option("--since", type=_DAY, metavar="YYYY-MM-DD", help="Only what was submitted since that day.")
@_limit(1000, 30_000)
@_shared
def arxiv(query: str, since: datetime | None, limit: int, **shared: Any) -> None:
    """Fetch the newest papers that match QUERY, in arXiv's words: "cat:cs.LG AND ti:mixture"."""
    from kg.fetch import ARXIV, arxiv_pages

    day = since.date() if since else None
    asked = {"query": query, "since": day and day.isoformat()}
    _run(ARXIV, arxiv_pages(query, since=day, limit=limit), asked, **shared)


@fetch.command("daily-papers")
@click.option("--date", "day", type=_DAY, metavar="YYYY-MM-DD", required=True, help="The day of the listing.")
@_limit(1000, 10_000)
@_shared
def daily_papers(day: datetime, limit: int, **shared: Any) -> None:
    """Fetch the daily papers of a day."""
    from kg.fetch import DAILY_PAPERS, daily_pages

    asked = {"date": day.date().isoformat()}
    _run(DAILY_PAPERS, daily_pages(day.date(), limit=limit), asked, **shared)


@fetch.command()
@click.option("--search", required=True, metavar="WORDS", help="What title, abstract or text must hold.")
@click.option("--since", type=_DAY, metavar="YYYY-MM-DD", help="Only what was published since that day.")
@_limit(1000, 10_000)
@_shared
def openalex(search: str, since: datetime | None, limit: int, **shared: Any) -> None:
    """Fetch the works that OpenAlex finds; a key is taken from OPENALEX_API_KEY and saved nowhere."""
    from kg.fetch import OPENALEX, openalex_pages

    day = since.date() if since else None
    asked = {"search": search, "since": day and day.isoformat()}
    _run(OPENALEX, openalex_pages(search, since=day, limit=limit), asked, **shared)


@fetch.command()
@click.argument("dois", nargs=-1, required=True, metavar="DOI...")
@_shared
def doi(dois: tuple[str, ...], **shared: Any) -> None:
    """Fetch what is registered of each DOI, whoever registered it."""
    from kg.fetch import DOI, doi_pages
    from kg.read import fields

    known = [fields.doi(written) for written in dois]
    if None in known:
        raise click.BadParameter(f"{dois[known.index(None)]!r} is no DOI", param_hint="DOI")
    unique = [doi for doi in dict.fromkeys(known) if doi]
    _run(DOI, doi_pages(unique), {"dois": unique}, **shared)


def _run(
    service: "Service",
    pages: "Pages",
    asked: Mapping[str, object],
    *,
    output: Path | None,
    server: str | None,
    contact: str | None,
) -> None:
    from kg import fetch as program
    from kg.web import Web

    folder = output or Path("fetched") / f"{service.name}-{_name(asked)}"
    with (
        Web(interval=service.interval, attempts=6, hosts=service.hosts, contact=contact) as web,
        working(f"asking {server or service.server}"),
    ):
        fetched = program.fetch(service, pages, folder, asked=asked, web=web, server=server)
    for reject in fetched.rejects:
        tell_reject(reject)
    rejected = f", {len(fetched.rejects)} rejected (see {folder / 'rejects.jsonl'})" if fetched.rejects else ""
    more = f"; {fetched.missing:,} more match, see --limit" if fetched.missing else ""
    click.echo(f"{fetched.papers:,} papers{rejected}{more}", err=True)
    click.echo(folder / "papers.jsonl")


def _name(asked: Mapping[str, object]) -> str:
    """A name for a request: what can be read of it, and enough of a hash to tell it from all others."""
    from kg.names import concept_key

    said = concept_key(" ".join(str(value) for value in asked.values() if value))
    return f"{said[:40].rstrip('-._')}-{hashlib.sha256(repr(sorted(asked.items())).encode()).hexdigest()[:6]}"
