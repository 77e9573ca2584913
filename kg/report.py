"""What a build says of itself, and what `kg extract` prints: plain data for JSON."""

import json
from typing import Any

from kg.model import LinkedPaper, Mention, Quantity, Reject, Report, Result


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
        "counts": dict(report.counts),
    }


def account_text(report: Report) -> str:
    return json.dumps(account(report), ensure_ascii=False, indent=2) + "\n"


def extraction_line(paper: LinkedPaper) -> str:
    """One line of `kg extract` and extractions.jsonl, without the newline."""
    return json.dumps(
        {
            "id": paper.paper.key,
            "title": paper.paper.title,
            "abstract": paper.paper.abstract,
            "mentions": [_mention(mention) for mention in paper.mentions],
            "results": [_result(result) for result in paper.results],
            "quantities": [_quantity(quantity) for quantity in paper.quantities],
        },
        ensure_ascii=False,
    )


def where(reject: Reject) -> str:
    """The file and line of a reject, as compilers write them."""
    return reject.file if reject.line is None else f"{reject.file}:{reject.line}"


def _reject(reject: Reject) -> dict[str, Any]:
    return {"file": reject.file, "line": reject.line, "reason": reject.reason}


def _mention(mention: Mention) -> dict[str, Any]:
    return {
        "start": mention.start,
        "end": mention.end,
        "text": mention.text,
        "type": mention.type,
        "concept": mention.concept,
        "score": round(mention.score, 3),
        "introduced": mention.introduced,
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "start": result.start,
        "end": result.end,
        "text": result.text,
        "metric": result.metric,
        "value": result.value,
        "unit": result.unit,
        "qualifier": result.qualifier,
        "low": result.low,
        "high": result.high,
        "subject": result.subject,
        "dataset": result.dataset,
        "hardware": result.hardware,
        "baseline": result.baseline,
        "baseline_value": result.baseline_value,
        "score": round(result.score, 3),
    }


def _quantity(quantity: Quantity) -> dict[str, Any]:
    return {
        "start": quantity.start,
        "end": quantity.end,
        "text": quantity.text,
        "value": quantity.value,
        "unit": quantity.unit,
        "kind": quantity.kind,
        "of": quantity.of,
    }
