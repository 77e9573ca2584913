/** What is around things in the graph, and ways from one thing to another. */

import { iriOf, KIND, shortName } from "./names";
import { ask, value } from "./sparql";

export interface Node {
  id: string;
  label: string;
  type: string;
}
export interface Edge {
  source: string;
  target: string;
  name: string;
}
export interface Around {
  nodes: Node[];
  edges: Edge[];
  /** How many neighbours were left out. */
  more: number;
}

const ROLE = `VALUES (?property ?name) { (kg:introduces "introduces") (kg:usesMethod "uses") (kg:usesDataset "uses") (kg:addressesTask "addresses") (kg:reportsMetric "reports") (kg:usesHardware "uses") }`;
const STEP = 30;

/** The things next to one, `page` times STEP of them, those that most papers name first; papers by date. */
export async function around(id: string, page: number, signal?: AbortSignal): Promise<Around> {
  const iri = iriOf(id);
  if (!iri) return { nodes: [], edges: [], more: 0 };
  const isPaper = id.startsWith("paper/");
  const query = isPaper
    ? `SELECT ?thing ?label ?type (SAMPLE(?name) AS ?edge) WHERE { ${ROLE} <${iri}> ?property ?thing . ?thing skos:prefLabel ?label . ${KIND} }
GROUP BY ?thing ?label ?type ORDER BY ?edge ?label LIMIT ${STEP * page + 1}`
    : `SELECT ?thing ?label ?type ?edge WHERE {
  { <${iri}> skos:broader ?thing . BIND("broader" AS ?edge) } UNION { ?thing skos:broader <${iri}> . BIND("narrower" AS ?edge) }
  UNION { SELECT ?thing (SAMPLE(?name) AS ?edge) WHERE { ${ROLE} ?thing ?property <${iri}> } GROUP BY ?thing ORDER BY DESC(STR(?thing)) LIMIT ${STEP * page + 1} }
  OPTIONAL { ?thing skos:prefLabel ?conceptLabel } OPTIONAL { ?thing dcterms:title ?title } BIND(COALESCE(?conceptLabel, ?title) AS ?label)
  OPTIONAL { ${KIND} }
}`;
  const { rows } = await ask(query, signal);
  const found = rows.flatMap((row) => {
    const other = shortName(value(row, "thing"));
    return other && other !== id ? [{ node: { id: other, label: value(row, "label"), type: value(row, "type") || "Paper" }, name: value(row, "edge") }] : [];
  });
  const kept = found.slice(0, STEP * page);
  return {
    nodes: kept.map((it) => it.node),
    edges: kept.map(({ node, name }) => (isPaper || name === "broader" ? { source: id, target: node.id, name } : { source: node.id, target: id, name: name === "narrower" ? "broader" : name })),
    more: found.length - kept.length,
  };
}

export async function named(ids: string[], signal?: AbortSignal): Promise<Node[]> {
  const iris = ids.map(iriOf).filter(Boolean);
  const { rows } = await ask(
    `SELECT ?thing ?label ?type WHERE { VALUES ?thing { ${iris.map((iri) => `<${iri}>`).join(" ")} }
  ?thing skos:prefLabel|dcterms:title ?label OPTIONAL { ${KIND} } }`,
    signal,
  );
  return rows.map((row) => ({ id: shortName(value(row, "thing")) ?? "", label: value(row, "label"), type: value(row, "type") || "Paper" }));
}

/** All pairs of a thing of these and one next to it, by what papers name and what is broader. */
async function steps(ids: string[], signal?: AbortSignal): Promise<[string, string][]> {
  const { rows } = await ask(
    `SELECT DISTINCT ?from ?to WHERE { VALUES ?from { ${ids.map((id) => `<${iriOf(id)}>`).join(" ")} }
  { ?from kg:mentions|skos:broader ?to } UNION { ?to kg:mentions|skos:broader ?from } } LIMIT 20000`,
    signal,
  );
  return rows.flatMap((row) => {
    const [from, to] = [shortName(value(row, "from")), shortName(value(row, "to"))];
    return from && to ? [[from, to] as [string, string]] : [];
  });
}

/** A shortest way from one thing to another, searched from both ends; empty when there is none within eight steps. */
export async function way(from: string, to: string, signal?: AbortSignal): Promise<string[]> {
  if (from === to) return [from];
  const sides = [new Map([[from, ""]]), new Map([[to, ""]])] as const;
  const edges = [[from], [to]];
  for (let step = 0; step < 8; step++) {
    const side = edges[0]!.length <= edges[1]!.length ? 0 : 1;
    if (!edges[side]!.length) return [];
    const [seen, others] = [sides[side], sides[1 - side]!];
    const next: string[] = [];
    for (const [one, other] of await steps(edges[side]!.slice(0, 500), signal)) {
      if (seen.has(other)) continue;
      seen.set(other, one);
      next.push(other);
      if (others.has(other)) return [...trail(sides[0], other).reverse(), ...trail(sides[1], other).slice(1)];
    }
    edges[side] = next;
  }
  return [];
}

function trail(seen: ReadonlyMap<string, string>, end: string): string[] {
  const found = [];
  for (let at = end; at; at = seen.get(at) ?? "") found.push(at);
  return found;
}
