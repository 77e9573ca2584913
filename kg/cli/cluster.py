"""`kg build --engine`: the same graph by a cluster."""

from typing import Any

import click

from kg.cli.options import progress, tell_warning
from kg.errors import InputError

_SCHEME = "dask://"


def build_by(
    engine: str, inputs: tuple[str, ...], output: str, *, pipeline: str | None, mentions: bool, **options: Any
) -> int:
    """Build on the cluster at an address, tell what came of it, and return the number of records rejected."""
    if not engine.startswith(_SCHEME):
        raise click.BadParameter(f"{engine!r} is not {_SCHEME}HOST:PORT", param_hint="--engine")
    if not inputs:
        raise click.UsageError("a cluster wants INPUT, at addresses that its workers reach too")
    from kg.report import left_out

    try:
        from kg import cluster
    except ImportError as error:
        raise InputError(f"--engine needs more: pip install 'paperkg[cluster]' ({error})") from error
    with cluster.Dask(engine.removeprefix(_SCHEME)) as dask:
        manifest = cluster.build(
            dask, inputs, output, pipeline=pipeline or "", mentions=mentions, progress=progress, **options
        )
    if manifest["ignored"]:
        tell_warning(left_out(manifest["ignored"]))
    papers, counts = manifest["papers"], manifest["counts"]
    told = "".join(f", {papers[what]} {what}" for what in ("joined", "rejected") if papers[what])
    click.echo(
        f"{papers['kept']} papers{told}: {counts['results']} results, {counts['quantities']} quantities, "
        f"{manifest['triples']:,} triples in {len(manifest['parts'])} parts",
        err=True,
    )
    click.echo(f"manifest: {output.rstrip('/')}/{cluster.MANIFEST}", err=True)
    return int(papers["rejected"])
