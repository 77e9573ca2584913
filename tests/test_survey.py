"""Communities and centrality: what the whole corpus tells of its concepts."""

import subprocess
import sys
from dataclasses import replace

from conftest import CASES
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Concept, LinkedPaper, Mention, Paper, Survey
from kg.names import concept_iri
from kg.network import survey

NAMES = "abcdefgh"


def iri(name):
    return concept_iri("Method", name)


CONCEPTS = [Concept(iri(name), "Method", name.upper()) for name in NAMES]


def papers(*texts):
    """A paper for each text, which names the concept of each of its letters."""
    return [
        LinkedPaper(
            Paper(f"paper-{number}", text, ""),
            tuple(Mention(place, place + 1, name, "Method", concept=iri(name)) for place, name in enumerate(text)),
        )
        for number, text in enumerate(texts)
    ]


def labels(found):
    return [community.label for community in found.communities]


def test_what_papers_name_together_is_a_community():
    found = survey(papers("abc", "abc", "abd", "abd", "efg", "efg", "efg"), CONCEPTS)
    assert labels(found) == ["A, B, C", "E, F, G"]
    assert found.communities[0].members == tuple(map(iri, "abcd"))
    assert found.communities[0].key == "method-a"


def test_the_most_central_are_linked_most():
    rank = survey(papers("ab", "ab", "ac", "ac", "ad", "ad"), CONCEPTS).centrality
    assert max(rank, key=rank.get) == iri("a")
    assert sum(rank.values()) == len(rank) == 4


def test_one_paper_tells_nothing_of_what_belongs_together():
    assert survey(papers("abc", "def"), CONCEPTS) == Survey()
    assert survey([], []) == Survey()


def test_a_role_counts_as_naming():
    with_roles = [replace(linked, roles={("metric", "x"): iri("c")}) for linked in papers("ab", "ab")]
    assert labels(survey(with_roles, CONCEPTS)) == ["A, B, C"]


@given(st.lists(st.text(NAMES, max_size=5).map(lambda text: "".join(dict.fromkeys(text))), max_size=12), st.randoms())
def test_no_order_matters(texts, chance):
    corpus = papers(*texts)
    assert survey(corpus, CONCEPTS) == survey(
        chance.sample(corpus, len(corpus)), chance.sample(CONCEPTS, len(CONCEPTS))
    )


def test_the_hash_seed_does_not_matter():
    code = "from test_survey import *; print(survey(papers('abc', 'abc', 'abd', 'abd', 'efgh', 'efgh'), CONCEPTS))"
    made = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": f"{CASES.parent}:{CASES.parent.parent}"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(made) == 1
