/** Names of things: short ones for people, addresses of pages, colours by type. */

export const THINGS = "https://w3id.org/paperkg/id/";
const ONTOLOGY = "https://w3id.org/paperkg/ontology#";
export const TYPES = ["Paper", "Method", "Model", "Software", "Dataset", "Task", "Metric", "Hardware"] as const;
export const CONCEPT_TYPES = TYPES.slice(1);

const KEY = /^(paper|method|dataset|task|metric|hardware)\/([a-z0-9]+(?:[._-][a-z0-9]+)*)$/;
const PREFIXES: Record<string, string> = {
  [ONTOLOGY]: "kg",
  "http://purl.org/dc/terms/": "dcterms",
  "http://purl.org/dc/elements/1.1/": "dc",
  "http://www.w3.org/2004/02/skos/core#": "skos",
  "http://qudt.org/schema/qudt/": "qudt",
  "http://qudt.org/vocab/unit/": "unit",
  "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
  "http://www.w3.org/2000/01/rdf-schema#": "rdfs",
  "http://www.w3.org/2001/XMLSchema#": "xsd",
  "http://www.w3.org/ns/prov#": "prov",
  "https://schema.org/": "schema",
};

/** `method/bert` for a paper or concept of ours, null for anything else. */
export function shortName(iri: string): string | null {
  const name = iri.startsWith(THINGS) ? iri.slice(THINGS.length) : "";
  return KEY.test(name) ? name : null;
}

/** The IRI of a short name, null when it is none. */
export function iriOf(name: string): string | null {
  return KEY.test(name) ? THINGS + name : null;
}

export function pageOf(iri: string): string | null {
  const name = shortName(iri);
  return name && `/id/${name}`;
}

/** An IRI as people read it: `kg:usesMethod`, `method/bert`, or all of it. */
export function compact(iri: string): string {
  const name = shortName(iri);
  if (name) return name;
  const cut = Math.max(iri.lastIndexOf("#"), iri.lastIndexOf("/")) + 1;
  const prefix = PREFIXES[iri.slice(0, cut)];
  return prefix ? `${prefix}:${iri.slice(cut)}` : iri;
}

/** The class of a concept as it is shown, from all its classes: a model is a method, and shown as a model. */
export const KIND = `?thing a ?class .
  FILTER(?class IN (kg:Method, kg:Model, kg:Software, kg:Dataset, kg:Task, kg:Metric, kg:Hardware))
  FILTER(?class != kg:Method || NOT EXISTS { ?thing a kg:Model } && NOT EXISTS { ?thing a kg:Software })
  BIND(STRAFTER(STR(?class), "#") AS ?type)`;

export function address(path: string, query: Record<string, string | undefined>): string {
  const told = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return told.length ? `${path}?${new URLSearchParams(told)}` : path;
}

/** A text as a file may be called. */
export const fileName = (text: string): string => text.replace(/[^\w.-]+/g, "-").replace(/^[-.]+|-+$/g, "").slice(0, 60) || "graph";
