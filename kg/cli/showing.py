"""`kg validate`, `kg view`, `kg export`, `kg diff` and `kg serve`: a graph as a whole."""

import os
import secrets
import sys
from pathlib import Path

import click

from kg.cli.options import BROKEN, graph_argument, graph_option, open_graph, progress, working
from kg.text import printable

STDOUT = Path("-")


@click.command()
@graph_argument
@click.option(
    "--engine",
    type=click.Choice(["sparql", "pyshacl"]),
    default="sparql",
    show_default=True,
    help="Our own queries made of the shapes, or pySHACL, which is slower.",
)
def validate(graph: str, graph_: str | None, engine: str) -> None:
    """Check GRAPH against its SHACL shapes; exit with 1 when it breaks one."""
    from kg import validate as validation

    location = graph_ or graph
    with working("loading the graph"):
        opened = open_graph(location)
    violations = validation.validate(opened, engine=engine, progress=progress)
    for violation in violations:
        click.echo(printable(str(violation)))
    found = f"{len(violations)} violation{'s' * (len(violations) != 1)}" if violations else "conforms to its shapes"
    click.echo(f"{location}: {found}", err=True)
    if violations:
        sys.exit(BROKEN)


@click.command()
@graph_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="The page to write, or `-`; by default graph.html beside GRAPH.",
)
@click.option("--limit", type=click.IntRange(1), default=300, show_default=True, help="Draw at most so many concepts.")
@click.option("--open", "open_", is_flag=True, help="Open it in the browser.")
def view(graph: str, graph_: str | None, output: Path | None, *, limit: int, open_: bool) -> None:
    """Write the interactive page of GRAPH: one file that needs no network."""
    from kg import view as pages
    from kg.files import atomic

    location = graph_ or graph
    target = output or (Path("graph.html") if "://" in location else Path(location).with_name("graph.html"))
    with working("drawing the page"):
        html = pages.page(open_graph(location), limit=limit)
    if target == STDOUT:
        click.echo(html, nl=False)
        return
    with atomic(target) as file:
        file.write(html.encode())
    click.echo(f"page: {target}", err=True)
    if open_:
        click.launch(str(target))


@click.command()
@click.argument("file", metavar="FILE|-", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@graph_option
@click.option("--format", "format_", default="ttl", show_default=True, help="The format for standard output.")
def export(file: Path, graph: str, *, format_: str) -> None:
    """Write the graph to FILE, in the format of its suffix, or to standard output.

    ttl, nt, jsonld, rdfxml, trig, graphml, gexf, or csv (two files: nodes and edges; nodes.csv or edges.csv for one).
    """
    from kg import export as exports

    if file == STDOUT:
        exports.write(open_graph(graph), sys.stdout.buffer, format_)
        return
    with working("writing"):
        paths = exports.export(open_graph(graph), file)
    for path in paths:
        click.echo(f"wrote {path}", err=True)


@click.command()
@click.argument("url", metavar="URL")
@graph_option
@click.option("--into", metavar="IRI", help="The graph to load into; by default the server's default graph.")
@click.option("--update", is_flag=True, help="URL takes SPARQL Update; by default it is a Graph Store.")
@click.option("--replace", is_flag=True, help="Empty that graph first.")
def load(url: str, graph: str, *, into: str | None, update: bool, replace: bool) -> None:
    """Load the graph into the server at URL, in parts; what was cut short goes on when asked again.

    URL is a Graph Store (`http://localhost:7878/store`) or, with --update, takes SPARQL Update. A name and a password
    are taken from PAPERKG_USER and PAPERKG_PASSWORD.
    """
    from kg import load as loading
    from kg.web import Web, credentials

    with working("reading the graph"):
        source = open_graph(graph)
    account = None if "://" in graph else Path(graph).parent / ".cache" / "load.json"
    with Web(attempts=6, credentials=credentials()) as web:
        number = loading.load(
            source, loading.Target(url, into, update), web=web, replace=replace, account=account, progress=progress
        )
    click.echo(f"{number:,} triples are at {url}", err=True)


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
def diff(old: str, new: str) -> None:
    """Say what makes the graph NEW of OLD: papers, concepts, results and quantities that came, went or changed."""
    from kg import diff as differences

    with working("comparing"):
        found = differences.diff(open_graph(old), open_graph(new))
    click.echo("\n".join(map(printable, str(found).split("\n"))))


@click.command()
@graph_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="The port to listen at.")
@click.option(
    "--timeout", type=click.FloatRange(0.1, 3600), default=10, show_default=True, help="Seconds that a query may take."
)
@click.option("--cors", "origins", multiple=True, metavar="ORIGIN", help="Pages that may ask the endpoint; * for all.")
@click.option("--open", "open_", is_flag=True, help="Open the explorer in the browser.")
def serve(graph: str, host: str, port: int, *, timeout: float, origins: tuple[str, ...], open_: bool) -> None:
    """Serve the explorer at / and a read-only SPARQL endpoint at /sparql.

    At an address that other machines reach, a token is asked of everybody: PAPERKG_TOKEN, or a new one that is printed.
    """
    from kg import serve as server
    from kg.hosts import is_local

    token = None if is_local(host) else os.environ.get("PAPERKG_TOKEN") or secrets.token_urlsafe(24)

    def ready(url: str) -> None:
        entry = f"{url}?token={token}" if token else url
        click.echo(f"explorer: {entry}\nSPARQL:   {url}sparql\n(Ctrl-C stops)", err=True)
        if not server.EXPLORER.is_dir():
            click.echo("the explorer is not built (it wants Node.js: see README); the page is shown instead", err=True)
        if open_:
            click.launch(entry)

    server.run(
        graph,
        host=host,
        port=port,
        limits=server.Limits(seconds=timeout),
        token=token,
        origins=origins,
        reader=[sys.executable, "-m", "kg", "extract", "-"],
        ready=ready,
    )
