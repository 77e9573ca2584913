"""What a build says of itself, and what `kg extract` prints: plain data for JSON."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from kg.errors import GraphError
from kg.model import LinkedPaper, Mention, Merge, Quantity, Reject, Report, Result


def account(report: Report) -> dict[str, Any]:
    """The content of report.json."""
    return {
        "papers": {
            "read": report.read,
            "kept": report.kept,
            "joined": report.joined,
            "rejected": len(report.rejected),
        },
        "rejected": [_reject(reject) for reject in report.rejected],
        "joined": [
            {"paper": join.key, "records": list(join.records), "reasons": list(join.reasons)} for join in report.joins
        ],
        "similar": [list(keys) for keys in report.similar],
        "counts": dict(report.counts),
        "used": dict(report.used),
        "ignored": dict(report.ignored),
    }


def account_text(report: Report) -> str:
    return json.dumps(account(report), ensure_ascii=False, indent=2) + "\n"


def rejects_text(rejects: Iterable[Reject]) -> str:
    """The content of rejects.jsonl: one line a record that became no paper, with the record as it was."""
    lines = (json.dumps(_reject(reject) | {"raw": reject.raw}, ensure_ascii=False) for reject in rejects)
    return "".join(f"{line}\n" for line in lines)


def left_out(ignored: Mapping[str, int]) -> str:
    """A warning of names whose label is no type, by the number of each label."""
    labels = ", ".join(f"{label} ({number})" for label, number in ignored.items())
    return f"names left out whose labels are no type, with how many: {labels}; map a label with --label LABEL=TYPE"


def merges_text(merges: Iterable[Merge]) -> str:
    """The content of merges.tsv; a surface has no tabs and no line ends."""
    names = [field.name for field in fields(Merge)]
    rows = ([str(getattr(merge, name)) for name in names] for merge in merges)
    return "".join("\t".join(row) + "\n" for row in (names, *rows))


def read_merges(path: Path) -> list[Merge]:
    """What `merges_text` wrote; GraphError for a file that is none."""
    if not path.is_file():
        raise GraphError(f"{path}: not there; `kg build` writes it")
    names = [field.name for field in fields(Merge)]
    try:
        header, *rows = [line.split("\t") for line in path.read_text("utf-8").rstrip("\n").split("\n")]
        merges = [
            Merge(concept, label, surface, rule, int(mentions), int(papers))
            for concept, label, surface, rule, mentions, papers in rows
        ]
    except ValueError as error:
        raise GraphError(f"{path}: not a ledger of merges ({error})") from error
    if header != names:
        raise GraphError(f"{path}: not a ledger of merges (its first line is another)")
    return merges


def extraction_line(paper: LinkedPaper) -> str:
    """One line of `kg extract` and extractions.jsonl, without the newline."""
    return json.dumps(
        {
            "id": paper.paper.key,
            "title": paper.paper.title,
            "abstract": paper.paper.abstract,
            "mentions": [_mention(mention) for mention in paper.mentions],
            "results": [_stated(result) for result in paper.results],
            "quantities": [_stated(quantity) for quantity in paper.quantities],
        },
        ensure_ascii=False,
    )


def where(reject: Reject) -> str:
    """The file and line of a reject, as compilers write them."""
    return reject.file if reject.line is None else f"{reject.file}:{reject.line}"


def _reject(reject: Reject) -> dict[str, Any]:
    return {"file": reject.file, "line": reject.line, "reason": reject.reason}


def _mention(mention: Mention) -> dict[str, Any]:
    told = ("start", "end", "text", "type", "concept", "score", "introduced")
    return dict(_fields(mention, told))


def _stated(stated: Result | Quantity) -> dict[str, Any]:
    return dict(_fields(stated, [field.name for field in fields(stated)]))


def _fields(thing: Mention | Result | Quantity, names: Iterable[str]) -> Iterator[tuple[str, Any]]:
    for name in names:
        value = getattr(thing, name)
        yield name, round(value, 3) if name == "score" else value
