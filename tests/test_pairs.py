"""The measure of linking: pairs of annotated names against the concepts of a build."""

import json

from click.testing import CliRunner

from kg.train.pairs import _annotated, judged, main

ROWS = list(_annotated())


def ends(row):
    return [(row[f"{end}_paper"], int(row[f"{end}_start"])) for end in ("one", "other")]


def linked(rows, *, together):
    """Concepts under which the pairs are all one thing or all two."""
    found = {}
    for number, row in enumerate(rows):
        for side, end in enumerate(ends(row)):
            found[end] = f"concept-{number}" if together else f"concept-{number}-{side}"
    return found


def test_the_table_is_well_formed():
    assert len(ROWS) > 500
    assert {row["part"] for row in ROWS} == {"tune", "held out"}
    assert {row[reading] for row in ROWS for reading in ("first", "second")} == {"same", "different", "undecidable"}
    agreed = [row for row in ROWS if row["first"] == row["second"]]
    assert len(agreed) > 0.9 * len(ROWS)


def test_only_what_both_readings_decide_alike_counts():
    sure = [row for row in ROWS if row["first"] == row["second"] != "undecidable"]
    found = list(judged(linked(ROWS, together=False)))
    assert [(pair.one, pair.other) for pair in found] == [(row["one"], row["other"]) for row in sure]
    assert not any(pair.linked for pair in found)


def test_names_that_were_not_found_do_not_count():
    assert list(judged({})) == []


def test_the_command_tells_precision_and_recall(tmp_path):
    sure = [row for row in ROWS if row["first"] == row["second"] == "same" and row["part"] == "held out"][:3]
    found = linked(sure[:2], together=True) | linked(sure[2:], together=False)
    papers = {}
    for (paper, start), concept in found.items():
        papers.setdefault(paper, []).append({"start": start, "concept": concept})
    path = tmp_path / "extractions.jsonl"
    path.write_text("".join(json.dumps({"id": id_, "mentions": them}) + "\n" for id_, them in papers.items()), "utf-8")
    assert CliRunner().invoke(main, [str(path)]).stdout == (
        "held out: 3 pairs, precision 1.000, recall 0.667 (2 linked rightly, 0 wrongly, 1 missed)\n"
    )
