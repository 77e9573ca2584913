"""The rules as spaCy components: each says what it needs and what it leaves on the Doc.

Names are found by characters, not tokens, so they stand on the Doc as `kg.model.Mention` and not as spans.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, Span

from kg.extract.abbreviations import abbreviations
from kg.extract.hardware import find_hardware
from kg.extract.judging import judge
from kg.extract.lexicon_matcher import Matcher
from kg.extract.mentions import settle
from kg.extract.metrics import find_metrics
from kg.extract.results import find_results
from kg.extract.surfaces import PIPELINE
from kg.extract.titles import find_title_name
from kg.lexicon import load
from kg.model import TYPES, Mention

RULES = ("kg_candidates", "kg_lexicon", "kg_patterns", "kg_abbreviations", "kg_mentions", "kg_results")
EXTENSIONS = ("source", "candidates", "ignored", "abbreviations", "mentions", "results", "quantities")

for extension in EXTENSIONS:
    if not Doc.has_extension(extension):
        Doc.set_extension(extension, default=())

# What a find of each rule is worth, as a probability: measured on the training abstracts.
LEXICON_SCORE = 0.7
PIPELINE_SCORE = 0.7  # of a name by another pipeline than ours, where that gives no score: worth as much as a rule's
PATTERN_SCORE = 0.7
TITLE_SCORE = 0.5  # that it is a name is all but certain, that it is a method's is not: what the tagger finds may win
PATTERNS = (
    (find_hardware, "Hardware", PATTERN_SCORE),
    (find_metrics, "Metric", PATTERN_SCORE),
    (find_title_name, "Method", TITLE_SCORE),
)


@Language.factory("kg_candidates", assigns=["doc._.source", "doc._.candidates", "doc._.ignored"])
class Candidates:
    """What the pipeline's own components found, and the text as one string: `doc.text` joins the tokens anew each time.

    Found are the entities and every span group, such as that of `kg_tagger`. `labels` maps labels that are no type to
    types, or to "" to leave them out; `doc._.ignored` has the labels that are neither. `source` is `GROUP` for what
    `kg.extract.judging` is to judge.
    """

    def __init__(self, nlp: Language, name: str) -> None:  # noqa: ARG002
        self.labels: Mapping[str, str] = {}
        self.source = PIPELINE

    def __call__(self, doc: Doc) -> Doc:
        doc._.source = doc.text
        named = [(self.labels.get(span.label_, span.label_), span, score) for span, score in _found(doc)]
        doc._.candidates = tuple(
            Mention(span.start_char, span.end_char, span.text, type_, score, self.source)
            for type_, span, score in named
            if type_ in TYPES
        )
        doc._.ignored = tuple(span.label_ for type_, span, _ in named if type_ and type_ not in TYPES)
        return doc


def _found(doc: Doc) -> Iterator[tuple[Span, float]]:
    for group in doc.spans.values():
        scores = group.attrs.get("scores", ())
        known = len(scores) == len(group)
        yield from ((span, float(scores[at]) if known else PIPELINE_SCORE) for at, span in enumerate(group))
    yield from ((span, PIPELINE_SCORE) for span in doc.ents)


@Language.component("kg_patterns", requires=["doc._.source", "doc._.candidates"], assigns=["doc._.candidates"])
def add_patterns(doc: Doc) -> Doc:
    """Hardware and metrics that are told by their form, and the name that a title begins with."""
    text = doc._.source
    doc._.candidates += tuple(
        Mention(start, end, text[start:end], type_, score, "pattern")
        for find, type_, score in PATTERNS
        for start, end in find(text)
    )
    return doc


@Language.factory(
    "kg_lexicon",
    requires=["doc._.source", "doc._.candidates"],
    assigns=["doc._.candidates"],
    default_config={"folder": None},
)
class LexiconComponent:
    """Names that the lexicon in `folder` lists, by default the shipped one."""

    def __init__(self, nlp: Language, name: str, folder: str | None) -> None:  # noqa: ARG002
        self._matcher = Matcher(load(Path(folder) if folder else None))

    def __call__(self, doc: Doc) -> Doc:
        text = doc._.source
        doc._.candidates += tuple(
            Mention(start, end, text[start:end], entry.type, LEXICON_SCORE, "lexicon")
            for start, end, entry in self._matcher.find(text)
        )
        return doc


@Language.component("kg_abbreviations", requires=["doc._.source"], assigns=["doc._.abbreviations"])
def add_abbreviations(doc: Doc) -> Doc:
    doc._.abbreviations = abbreviations(doc._.source)
    return doc


@Language.component("kg_mentions", requires=["doc._.candidates", "doc._.abbreviations"], assigns=["doc._.mentions"])
def decide_mentions(doc: Doc) -> Doc:
    within = tuple(found for found in doc._.candidates if "\n" not in found.text)  # no name goes on after the title
    names = judge(doc._.source, within, doc._.abbreviations)
    doc._.mentions = settle(doc._.source, names, doc._.abbreviations)
    return doc


@Language.component(
    "kg_results",
    requires=["doc._.mentions", "doc._.abbreviations"],
    assigns=["doc._.results", "doc._.quantities"],
)
def add_results(doc: Doc) -> Doc:
    doc._.results, doc._.quantities = find_results(doc._.source, doc._.mentions, abbreviations=doc._.abbreviations)
    return doc
