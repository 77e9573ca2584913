import json
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.lexicon import Lexicon, load
from kg.link import link
from kg.model import Extraction, LinkedPaper, Mention, Paper, Quantity, Result
from kg.names import THINGS, is_key

CASES = sorted((Path(__file__).parent / "cases" / "link").glob("*.json"))
LEXICON = load()


def extraction(case, key):
    title, abstract = case["text"].split("\n")
    mentions = []
    for surface, type_ in case["mentions"]:
        start = case["text"].index(surface)
        mentions.append(Mention(start, start + len(surface), surface, type_))
    results = tuple(Result(0, 1, title[:1], value="1", **roles) for roles in case.get("results", ()))
    quantities = tuple(Quantity(0, 1, title[:1], value="1", of=of) for of in case.get("quantities", ()))
    pairs = tuple(map(tuple, case.get("abbreviations", ())))
    return Extraction(Paper(key, title, abstract), tuple(mentions), results, quantities, pairs)


def read_case(path):
    case = json.loads(path.read_text("utf-8"))
    return case, [extraction(paper, f"paper-{number}") for number, paper in enumerate(case["papers"])]


def surfaces_of(papers):
    found = defaultdict(set)
    for paper in papers:
        for mention in paper.mentions:
            found[mention.concept.removeprefix(THINGS)].add(mention.text)
    return {concept: sorted(surfaces) for concept, surfaces in found.items()}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_names_become_the_concepts_of_the_case(path):
    case, extractions = read_case(path)
    papers, concepts = link(extractions, LEXICON)
    assert surfaces_of(papers) == case["concepts"]
    by_name = {concept.iri.removeprefix(THINGS): concept for concept in concepts}
    for name, label in case.get("labels", {}).items():
        assert by_name[name].label == label
    for name, acronyms in case.get("acronyms", {}).items():
        assert list(by_name[name].acronyms) == acronyms
    for name, type_ in case.get("types", {}).items():
        assert by_name[name].type == type_
    if "roles" in case:
        roles = {f"{role}: {surface}": iri.removeprefix(THINGS) for (role, surface), iri in papers[0].roles.items()}
        assert roles == case["roles"]


ALL = [paper for path in CASES for paper in read_case(path)[1]]


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(len(ALL))))
def test_the_order_of_papers_changes_nothing(order):
    papers, concepts = link(ALL, LEXICON)
    shuffled, same_concepts = link([ALL[number] for number in order], LEXICON)
    assert same_concepts == concepts
    assert [shuffled[order.index(number)] for number in range(len(ALL))] == papers


NAMES = st.text(st.sampled_from("AbcX -+#.12$βs/()"), min_size=1, max_size=12).map(str.strip).filter(bool)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.tuples(NAMES, st.sampled_from(["Method", "Dataset", "Metric"])), max_size=4), max_size=4))
def test_any_name_gets_a_valid_concept(papers):
    extractions = []
    for number, names in enumerate(papers):
        text = "\n".join(name for name, _ in names)
        mentions = tuple(Mention(0, len(name), name, type_) for name, type_ in names)
        extractions.append(Extraction(Paper(str(number), text, ""), mentions))
    linked, concepts = link(extractions, Lexicon(()))
    by_iri = {concept.iri: concept for concept in concepts}
    assert len(by_iri) == len(concepts)
    for concept in concepts:
        assert is_key(concept.iri.rpartition("/")[2])
        assert concept.label
        assert concept.label not in concept.alt_labels
    for paper in linked:
        for mention in paper.mentions:
            concept = by_iri[mention.concept]
            assert mention.type == concept.type
            assert mention.text in {concept.label, *concept.alt_labels, *concept.acronyms}


def test_concepts_come_with_their_ancestors():
    papers, concepts = link(
        [extraction({"text": "T\nH100 SXM5", "mentions": [["H100 SXM5", "Hardware"]]}, "p")], LEXICON
    )
    labels = {concept.iri: concept.label for concept in concepts}
    assert isinstance(papers[0], LinkedPaper)
    assert {"H100 SXM5", "H100", "Hopper", "NVIDIA GPU", "GPU"} == set(labels.values())
    assert all(parent in labels for concept in concepts for parent in concept.broader)


def test_a_known_concept_has_the_lexicons_label_and_aliases():
    _, concepts = link([extraction({"text": "T\nresnet50", "mentions": [["resnet50", "Method"]]}, "p")], LEXICON)
    resnet = next(concept for concept in concepts if concept.label == "ResNet-50")
    assert resnet.alt_labels == ("resnet50",)


def test_nothing_in_nothing_out():
    assert link([], LEXICON) == ([], [])
