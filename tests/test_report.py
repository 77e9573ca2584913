"""The JSON that other programs read: keys in their order, types, rounding."""

import json

from kg.model import Join, LinkedPaper, Mention, Paper, Quantity, Reject, Report, Result
from kg.report import account_text, extraction_line, rejects_text, where

PAPER = Paper("a-title-00000000", "A Tïtle", "M has 8 units.", date="2025", authors=("A",))
CONCEPT = "https://w3id.org/paperkg/id/method/m"
RESULT_KEYS = (
    "start end text metric value unit qualifier low high subject dataset hardware baseline baseline_value change score"
).split()
EVERY_ROLE = "accuracy 49.3 % about 49 50 M D H B 40 unclear".split()


def test_an_extraction_has_the_keys_of_the_contract_in_their_order():
    linked = LinkedPaper(
        PAPER,
        (Mention(8, 9, "M", "Model", 0.97654, "names+lexicon", introduced=True, concept=CONCEPT),),
        (Result(8, 13, "M has", "m", "O(n)", score=0.87654), Result(8, 9, "M", *EVERY_ROLE)),
        (Quantity(14, 21, "8 units", "8", "units", "other", "M"),),
    )
    mention = {"start": 8, "end": 9, "text": "M", "type": "Model", "concept": CONCEPT, "score": 0.977}
    expected = {
        "id": PAPER.key,
        "title": PAPER.title,
        "abstract": PAPER.abstract,
        "mentions": [mention | {"introduced": True}],
        "results": [
            dict(zip(RESULT_KEYS, (8, 13, "M has", "m", "O(n)", *[None] * 10, 0.877), strict=True)),
            dict(zip(RESULT_KEYS, (8, 9, "M", *EVERY_ROLE, 1.0), strict=True)),
        ],
        "quantities": [
            {"start": 14, "end": 21, "text": "8 units", "value": "8", "unit": "units", "kind": "other", "of": "M"}
        ],
    }
    assert extraction_line(linked) == json.dumps(expected, ensure_ascii=False)


def test_the_report_names_each_reject_and_counts():
    rejects = (Reject("a.txt", 3, "no abstract", "raw"), Reject("b.gz", None, "binary file"))
    report = Report(
        read=5,
        kept=2,
        joined=1,
        rejected=rejects,
        joins=(Join("a", ("a", "b"), ("same DOI",)),),
        similar=(("c", "d"),),
        counts={"Method": 4, "results": 0},
        used={"model en_core_web_sm 3.8.0": "0a"},
        ignored={"ORG": 2},
    )
    assert json.loads(account_text(report)) == {
        "papers": {"read": 5, "kept": 2, "joined": 1, "rejected": 2},
        "rejected": [
            {"file": "a.txt", "line": 3, "reason": "no abstract"},
            {"file": "b.gz", "line": None, "reason": "binary file"},
        ],
        "joined": [{"paper": "a", "records": ["a", "b"], "reasons": ["same DOI"]}],
        "similar": [["c", "d"]],
        "counts": {"Method": 4, "results": 0},
        "used": {"model en_core_web_sm 3.8.0": "0a"},
        "ignored": {"ORG": 2},
    }
    assert [where(reject) for reject in rejects] == ["a.txt:3", "b.gz"]


def test_a_reject_is_kept_as_it_was():
    report = Report(read=1, kept=0, joined=0, rejected=(Reject("a.jsonl", 3, "no abstract", '{"title": "T\u00fc"}'),))
    [line] = rejects_text(report.rejected).splitlines()
    assert json.loads(line) == {"file": "a.jsonl", "line": 3, "reason": "no abstract", "raw": '{"title": "T\u00fc"}'}
