"""IRIs, prefixes, keys and slugs: the only place where a name is minted."""

import hashlib
import re
import unicodedata
from functools import cache
from urllib.parse import quote

from kg.text import fold

ONTOLOGY = "https://w3id.org/paperkg/ontology#"
THINGS = "https://w3id.org/paperkg/id/"
KINDS = (
    "paper",
    "method",
    "dataset",
    "task",
    "metric",
    "hardware",
    "result",
    "quantity",
    "mention",
    "context",
    "run",
    "agent",
    "scheme",
    "community",
)
PREFIXES: dict[str, str] = {
    "kg": ONTOLOGY,
    **{kind: f"{THINGS}{kind}/" for kind in KINDS},
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "fabio": "http://purl.org/spar/fabio/",
    "itsrdf": "http://www.w3.org/2005/11/its/rdf#",
    "mls": "http://www.w3.org/ns/mls#",
    "nif": "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prism": "http://prismstandard.org/namespaces/basic/2.0/",
    "prov": "http://www.w3.org/ns/prov#",
    "qudt": "http://qudt.org/schema/qudt/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "unit": "http://qudt.org/vocab/unit/",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
TYPE_KIND = {
    "Method": "method",
    "Model": "method",
    "Software": "method",
    "Dataset": "dataset",
    "Task": "task",
    "Metric": "metric",
    "Hardware": "hardware",
}

_KEY = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_WEB = re.compile(
    r"(https?)://([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?)(?![^/?#])", re.ASCII | re.IGNORECASE
)
_SLUG_LENGTH = 60
_TITLE_LENGTH = 50


@cache
def expand(curie: str) -> str:
    """The full IRI of a prefixed name; KeyError for an unknown prefix."""
    prefix, _, local = curie.partition(":")
    return PREFIXES[prefix] + local


def compact(iri: str) -> str:
    """The CURIE of an IRI by the longest namespace that begins it; an IRI of none stays as it is."""
    known = [(namespace, prefix) for prefix, namespace in PREFIXES.items() if iri.startswith(namespace)]
    if not known:
        return iri
    namespace, prefix = max(known, key=lambda pair: len(pair[0]))
    return f"{prefix}:{iri.removeprefix(namespace)}"


def thing(kind: str, key: str) -> str:
    """The IRI of a thing by its kind and key: `hardware` and `h100`."""
    return f"{THINGS}{kind}/{key}"


def web_iri(url: str) -> str | None:
    """A web address as a valid IRI, with what is not allowed percent-encoded; None for anything else.

    An address with a password in it is none either.
    """
    match = _WEB.match(url)
    if not match:
        return None
    rest, mark, fragment = url[match.end() :].partition("#")
    return f"{match[1].lower()}://{match[2]}{_encoded(rest)}{mark}{_encoded(fragment)}"


def _encoded(text: str) -> str:
    whole = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
    return quote(whole.encode("utf-8", "replace"), safe="%/?:@!$&'()*+,;=~")


def is_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def _slug(folded: str, length: int) -> str:
    """Lower-case ASCII letters and digits, joined by `-`; dots and underscores within stay; cut at a word."""
    ascii_only = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9._]+", "-", ascii_only)
    slug = re.sub(r"(?<![a-z0-9])[._]+|[._]+(?![a-z0-9])", "-", slug)
    slug = re.sub(r"([._])[._]+", r"\1", slug)
    slug = re.sub(r"-+", "-", slug).strip("-._")
    if len(slug) > length:
        slug = slug[: length + 1].rpartition("-")[0] or slug[:length]
    return slug.strip("-._")


def concept_key(label: str) -> str:
    """The key of a concept that no lexicon names: from the folded label alone.

    Six hex digits of the label's hash follow whenever the slug loses a character, so that two labels never meet:
    β-VAE is not VAE.
    """
    folded = fold(label)
    joined = folded.replace(" ", "-")
    if len(joined) <= _SLUG_LENGTH and is_key(joined):
        return joined
    return _told_apart(_slug(folded, _SLUG_LENGTH), folded, 6)


def concept_iri(type_: str, key: str) -> str:
    return thing(TYPE_KIND[type_], key)


def paper_key(title: str, abstract: str, *, arxiv_id: str | None = None, doi: str | None = None) -> str:
    """`arxiv-2504.14960` (no version), else `doi-...`, else the title's slug and a hash of its folded text."""
    if arxiv_id:
        return _lossless("arxiv", re.sub(r"v\d+$", "", arxiv_id.lower()))
    if doi:
        return _lossless("doi", doi.lower())
    return _told_apart(_slug(fold(title), _TITLE_LENGTH), f"{fold(title)}\n{fold(abstract)}", 8)


def _lossless(scheme: str, identifier: str) -> str:
    """`scheme-slug`, with six hex digits of the identifier's hash when two identifiers could meet in one slug."""
    slug = _slug(identifier, 200)
    if is_key(slug) and slug == identifier.replace("/", "-", 1):
        return f"{scheme}-{slug}"
    return f"{scheme}-{_told_apart(slug, identifier, 6)}"


def _told_apart(slug: str, whole: str, digits: int) -> str:
    digest = hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()[:digits]
    return f"{slug}-{digest}" if slug else digest
