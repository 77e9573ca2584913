"""What flows through the program: one frozen dataclass per noun. Standard library only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

TYPES = ("Method", "Model", "Software", "Dataset", "Task", "Metric", "Hardware")


@dataclass(frozen=True, slots=True)
class Paper:
    """One abstract and what its source tells of it.

    `key` is the last part of the paper's IRI. `date` is what is known and no more, as XSD writes it:
    `2025-04-21`, `2025-04`, `2025` or, without a year, `--05-02`. `title` and `abstract` are normalised
    (`kg.text.normalise`), and all offsets of the program count code points of `text`. `licence` is what the source
    calls it, an IRI or a name; `same_as` holds the IRIs of the paper in other catalogues, `versions` the addresses of
    other records of it.
    """

    key: str
    title: str
    abstract: str
    date: str | None = None
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    upvotes: int | None = None
    arxiv_id: str | None = None
    doi: str | None = None
    url: str | None = None
    categories: tuple[str, ...] = ()
    venue: str | None = None
    licence: str | None = None
    pmid: str | None = None
    same_as: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return f"{self.title}\n{self.abstract}"


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that could not become a paper: where it stood (line 1-based), why, and the record as it was."""

    file: str
    line: int | None
    reason: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Join:
    """Several records that became one paper: the paper's key, the keys of the records, and why, each sorted."""

    key: str
    records: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in `Paper.text`: `text[start:end] == mention.text`, end-exclusive.

    `score` is the estimated probability that it is right, `source` the component that found it, `introduced` whether
    the paper presents it as its own. `concept` is the IRI that linking gives it.
    """

    start: int
    end: int
    text: str
    type: str
    score: float = 1.0
    source: str = ""
    introduced: bool = False
    concept: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A number reported for a metric; the roles are surface strings, linked later.

    `value`, `low`, `high` and `baseline_value` are plain decimal numbers as strings ("49.3"), or, in `value` and
    `baseline` of a complexity, a formula ("O(L^4)"). `unit` is a spelling known to `kg.units` or the text's own.
    `qualifier` is one of "up to", "at least", "over", "under", "about", "average". `change` is None for a level
    (`reaches 49.3%`), else how the value differs from what it is compared with: "absolute" in the metric's own unit,
    "relative" as a share or a multiple, "unclear" where % may mean either.
    """

    start: int
    end: int
    text: str
    metric: str
    value: str
    unit: str | None = None
    qualifier: str | None = None
    low: str | None = None
    high: str | None = None
    subject: str | None = None
    dataset: str | None = None
    hardware: str | None = None
    baseline: str | None = None
    baseline_value: str | None = None
    change: str | None = None
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Quantity:
    """A size that is no result: 1,024 GPUs, 8B parameters.

    `kind` is one of parameters, tokens, context_length, dataset_size, scale, duration, cost, memory, other.
    """

    start: int
    end: int
    text: str
    value: str
    unit: str | None = None
    kind: str = "other"
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that one paper's text says. `abbreviations` pairs (short form, long form) as the text defines them.

    `ignored` are the labels of names that a foreign pipeline found and whose label is no type, once a name.
    """

    paper: Paper
    mentions: tuple[Mention, ...] = ()
    results: tuple[Result, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    abbreviations: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()

    def above(self, min_score: float) -> "Extraction":
        """The same without mentions and results that are less likely."""
        if not min_score:
            return self
        return replace(
            self,
            mentions=tuple([mention for mention in self.mentions if mention.score >= min_score]),
            results=tuple([result for result in self.results if result.score >= min_score]),
        )


@dataclass(frozen=True, slots=True)
class Concept:
    """One node of the graph; `iri`, `broader` and `exact_match` are full IRIs, `facts` those of its entry."""

    iri: str
    type: str
    label: str
    alt_labels: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    exact_match: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Merge:
    """A surface that was taken for a concept with another label, by which rule, in how many mentions and papers."""

    concept: str
    label: str
    surface: str
    rule: str
    mentions: int
    papers: int


@dataclass(frozen=True, slots=True)
class Community:
    """Concepts that papers name together: their IRIs, most central first, after which `key` and `label` are made."""

    key: str
    label: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """What the whole corpus tells: communities, largest first, and the centrality of concepts by IRI, 1 on average."""

    communities: tuple[Community, ...] = ()
    centrality: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LinkedPaper:
    """An extraction whose mentions carry their concepts.

    `roles` maps (role, surface) to a concept's IRI, for each role of a result or quantity that names something:
    ("metric", "MFU"), ("subject", "Mixtral 8x22B"), and so on for "dataset", "hardware", "baseline" and "of".
    """

    paper: Paper
    mentions: tuple[Mention, ...] = ()
    results: tuple[Result, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    roles: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Literal:
    """An RDF literal without language tag; `datatype` is a full IRI, or "" for a plain string."""

    value: str
    datatype: str = ""


# An IRI is written in full and has no angle brackets; the graph has no blank nodes of its own.
Term = str | Literal
Triple = tuple[str, str, Term]


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to a SELECT query; None is an unbound cell."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """What made a graph: the tool's version, what it used (name to SHA-256), and when, if the user wants that told."""

    version: str
    used: Mapping[str, str] = field(default_factory=dict)
    timestamp: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The account of a build: read = kept + joined + rejected.

    `joins` tells what was joined and why, `similar` lists the keys of papers that may be one and were not joined.
    `used` is that of the `Run`; `ignored` counts the names whose label is no type, by label.
    """

    read: int
    kept: int
    joined: int
    rejected: tuple[Reject, ...] = ()
    joins: tuple[Join, ...] = ()
    similar: tuple[tuple[str, ...], ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    used: Mapping[str, str] = field(default_factory=dict)
    ignored: Mapping[str, int] = field(default_factory=dict)
