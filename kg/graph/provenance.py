"""What made the graph: one run, the tool, what it used, and the data set that came of it."""

import hashlib
import json
from collections.abc import Iterable, Iterator

from kg.graph.statements import Properties, stated
from kg.model import Literal, Run, Triple
from kg.names import ONTOLOGY, THINGS, concept_key, expand, thing


def digest(papers: Iterable[str]) -> int:
    """A number for a set of paper keys, which is the sum of those of its parts, in any order.

    MSet-Add-Hash of Clarke et al. (ASIACRYPT 2003) over SHA-256, modulo 2**256.
    """
    return sum(int.from_bytes(hashlib.sha256(key.encode()).digest()) for key in papers) % (1 << 256)


def run_triples(run: Run, papers: int) -> Iterator[Triple]:
    """One activity that made one data set; its key tells what went in (`digest` of the papers), and not when."""
    told = json.dumps([run.version, sorted(run.used.items()), f"{papers:064x}"])
    activity = thing("run", hashlib.sha256(told.encode()).hexdigest()[:12])
    agent = thing("agent", concept_key(f"paperkg {run.version}"))
    used = {name: thing("run", concept_key(f"{name} {digest[:12]}")) for name, digest in sorted(run.used.items())}
    yield from stated(activity, _activity(run, agent, used.values()))
    yield from stated(f"{activity}-graph", _data_set(activity))
    yield from stated(agent, _agent(run.version))
    for name, iri in used.items():
        yield from stated(iri, _entity(name, run.used[name]))


def _activity(run: Run, agent: str, used: Iterable[str]) -> Properties:
    yield "rdf:type", expand("prov:Activity")
    yield "rdfs:label", Literal("kg build")
    yield "prov:wasAssociatedWith", agent
    for iri in used:
        yield "prov:used", iri
    yield "prov:endedAtTime", Literal(run.timestamp, expand("xsd:dateTime")) if run.timestamp else None


def _data_set(activity: str) -> Properties:
    yield "rdf:type", expand("void:Dataset")
    yield "dcterms:title", Literal("Knowledge graph of papers")
    yield "void:uriSpace", Literal(THINGS)
    yield "void:vocabulary", ONTOLOGY.rstrip("#")
    yield "prov:wasGeneratedBy", activity


def _agent(version: str) -> Properties:
    yield "rdf:type", expand("prov:SoftwareAgent")
    yield "rdfs:label", Literal(f"paperkg {version}")
    yield "schema:softwareVersion", Literal(version)


def _entity(name: str, digest: str) -> Properties:
    yield "rdf:type", expand("prov:Entity")
    yield "rdfs:label", Literal(name)
    yield "dcterms:identifier", Literal(f"sha256:{digest}")
