import { useRoute, useLocation } from "preact-iso";
import { useEffect, useState } from "preact/hooks";
import { useAnswer, useJson, useTitle } from "./hooks";
import { address, compact, iriOf, KIND, shortName } from "./names";
import { Panel, Table, Thing, Waiting } from "./parts";
import { Marked } from "./marked";
import { resultsQuery, telling, useResults } from "./results";
import { number, type Row, value } from "./sparql";

const facts = (iri: string) => `SELECT ?property ?value WHERE { <${iri}> ?property ?value }`;
const mentions = (iri: string) => `SELECT ?start ?end ?thing ?label ?type ?score ?by WHERE {
  ?context prov:wasDerivedFrom <${iri}> .
  ?mention nif:referenceContext ?context ; nif:beginIndex ?start ; nif:endIndex ?end ; itsrdf:taIdentRef ?thing ; itsrdf:taConfidence ?score .
  ?thing skos:prefLabel ?label . ${KIND}
  OPTIONAL { ?mention kg:foundBy ?by }
} ORDER BY ?start ?end ?by`;
const concepts = (iri: string) => `SELECT ?thing ?label ?type ?introduced WHERE {
  <${iri}> kg:mentions ?thing . ?thing skos:prefLabel ?label . ${KIND}
  BIND(EXISTS { <${iri}> kg:introduces ?thing } AS ?introduced)
} ORDER BY ?type ?label`;
const quantities = (iri: string) => `SELECT ?quantity ?kind ?value ?unit ?quote ?begin ?end ?of ?ofLabel WHERE {
  <${iri}> kg:statesQuantity ?quantity .
  ?quantity kg:quantityKind ?kind ; kg:quote ?quote ; kg:beginIndex ?begin ; kg:endIndex ?end .
  OPTIONAL { ?quantity qudt:numericValue ?value }
  OPTIONAL { ?quantity kg:unitText|qudt:hasUnit/qudt:symbol ?unit }
  OPTIONAL { ?quantity kg:of ?of . ?of skos:prefLabel ?ofLabel }
} ORDER BY ?begin ?quantity`;
const alike = (iri: string, things: string[]) => `SELECT ?paper ?title ?thing WHERE {
  VALUES ?thing { ${things.map((it) => `<${it}>`).join(" ")} }
  ?paper kg:mentions ?thing ; dcterms:title ?title . FILTER(?paper != <${iri}>)
} LIMIT 3000`;
const RARE = 300; // papers: what more of them name makes no two alike

export function PaperPage() {
  const { params } = useRoute();
  const iri = iriOf(`paper/${params.key}`);
  return iri ? <Paper key={iri} iri={iri} /> : <p class="problem">There is no paper of that name.</p>;
}

function Paper({ iri }: { iri: string }) {
  const queries = { facts: facts(iri), mentions: mentions(iri), concepts: concepts(iri), results: resultsQuery({}, undefined, iri), quantities: quantities(iri) };
  const known = useAnswer(queries.facts);
  const [marks, named, results, sizes] = [useAnswer(queries.mentions), useAnswer(queries.concepts), useResults(queries.results), useAnswer(queries.quantities)];
  const things = named.data?.rows.map((row) => value(row, "thing")) ?? [];
  const counts = useJson<Record<string, number>>(named.data ? address("/api/counts", { things: things.map(shortName).join(",") || "none" }) : null);
  const papersOf = (thing: string) => counts.data?.[shortName(thing) ?? ""] ?? 0;
  const rare = things.filter((it) => papersOf(it) > 1 && papersOf(it) <= RARE).sort((one, other) => papersOf(one) - papersOf(other)).slice(0, 12);
  const alikeQuery = counts.data && rare.length ? alike(iri, rare) : null;
  const near = useAnswer(alikeQuery);
  const [lit, setLit] = useState<ReadonlySet<string>>(new Set());
  const [sort, setSort] = useState("");
  const { query } = useLocation();
  const all = (property: string) => (known.data?.rows ?? []).filter((row) => compact(value(row, "property")) === property).map((row) => value(row, "value"));
  const title = all("dcterms:title")[0];
  useTitle(title);
  const stated = [...(results.data?.rows ?? []), ...(sizes.data?.rows ?? [])];
  const quotes = stated.map((row) => ({ id: value(row, "result") || value(row, "quantity"), start: number(row, "begin"), end: number(row, "end") }));
  useEffect(() => {
    const chosen = quotes.find((it) => it.start === Number(query.at ?? NaN));
    if (chosen) {
      setLit(new Set([chosen.id]));
      document.getElementById(`at-${chosen.start}`)?.scrollIntoView({ block: "center" });
    }
  }, [query.at, results.data, marks.data]);
  if (known.data && !title) return <p class="problem">The graph has no paper <code>{shortName(iri)}</code>.</p>;
  const involved = (row: Row) => ["metric", "subject", "dataset", "hardware", "baseline", "of"].map((role) => value(row, role)).filter(Boolean);
  const point = (row: Row) => ({
    id: `row-${value(row, "begin")}`,
    class: lit.has(value(row, "result") || value(row, "quantity")) ? "lit" : undefined,
    onMouseEnter: () => setLit(new Set([value(row, "result") || value(row, "quantity"), ...involved(row)])),
    onMouseLeave: () => setLit(new Set()),
  });
  const links = [...all("schema:url"), ...all("schema:codeRepository"), ...all("schema:sameAs")];
  return (
    <Waiting of={known}>
      {() => (
        <article>
          <div class="reading">
          <div>
          <Marked
            text={`${title}\n${all("dcterms:abstract")[0] ?? ""}`}
            marks={(marks.data?.rows ?? []).map((row) => ({ start: number(row, "start"), end: number(row, "end"), type: value(row, "type"), concept: value(row, "thing"), label: value(row, "label"), score: number(row, "score"), by: value(row, "by") }))}
            quotes={quotes} lit={lit} onPoint={(things) => setLit(new Set(things))}
          />
          <p class="byline">
            {[all("dc:creator").slice(0, 12).join(", ") || (all("kg:authorCount")[0] ? `${all("kg:authorCount")[0]} authors` : ""), all("dcterms:issued")[0] ?? all("kg:listedOn")[0]?.replace(/^--/, ""), all("http://prismstandard.org/namespaces/basic/2.0/publicationName")[0]].filter(Boolean).join(" · ")}
          </p>
          <p class="tools">
            <a href={address("/graph", { n: shortName(iri) ?? "" })}>Graph around it</a>
            {[...new Set(links)].map((link) => <Thing iri={link} label={link.replace(/^https?:\/\/(www\.)?/, "")} />)}
          </p>
          </div>
          <Panel title="Concepts" query={queries.concepts}>
          <Waiting of={named}>
              {(it) => <ul class="list">{it.rows.map((row) => <li onMouseEnter={() => setLit(new Set([value(row, "thing")]))} onMouseLeave={() => setLit(new Set())}><Thing iri={value(row, "thing")} label={value(row, "label")} type={value(row, "type")} /><span class="aside">{value(row, "introduced") === "true" ? "introduces it" : ""}</span></li>)}</ul>}
          </Waiting>
        </Panel>
          </div>
          <Panel title="Results" query={queries.results}>
            <Waiting of={results}>
              {(it) => it.rows.length ? <Table caption="Results of this paper" columns={telling(it.rows, ["paper", "date"])} items={it.rows} sort={sort} onSort={setSort} row={point} /> : <p class="waiting">The abstract states none.</p>}
            </Waiting>
          </Panel>
          <Waiting of={sizes}>
            {(it) => it.rows.length ? (
              <Panel title="Sizes and costs" query={queries.quantities}>
                <Table
                  caption="Sizes and costs that this paper states" items={it.rows} row={point}
                  columns={[
                    { name: "what", cell: (row) => value(row, "kind").replaceAll("_", " ") },
                    { name: "value", numeric: true, cell: (row) => `${value(row, "value")} ${value(row, "unit")}` },
                    { name: "of", cell: (row) => (row.of ? <Thing iri={value(row, "of")} label={value(row, "ofLabel")} /> : null) },
                    { name: "words", cell: (row) => <q>{value(row, "quote")}</q> },
                  ]}
                />
              </Panel>
            ) : null}
          </Waiting>
          <Panel title="Papers like this" query={alikeQuery}>
            {counts.data && !rare.length ? <p class="waiting">No other paper shares a concept that is not everywhere.</p> : <Waiting of={near}>{(it) => <Alike rows={it.rows} papersOf={papersOf} />}</Waiting>}
          </Panel>
        </article>
      )}
    </Waiting>
  );
}

/** The papers that share most, each concept counting the more the fewer papers name it. */
function Alike({ rows, papersOf }: { rows: Row[]; papersOf: (thing: string) => number }) {
  const found = new Map<string, { title: string; weight: number; shared: number }>();
  for (const row of rows) {
    const known = found.get(value(row, "paper")) ?? { title: value(row, "title"), weight: 0, shared: 0 };
    found.set(value(row, "paper"), { ...known, weight: known.weight + 1 / papersOf(value(row, "thing")), shared: known.shared + 1 });
  }
  const ranked = [...found].sort(([, one], [, other]) => other.weight - one.weight || one.title.localeCompare(other.title)).slice(0, 8);
  return <ol class="list">{ranked.map(([paper, { title, shared }]) => <li><Thing iri={paper} label={title} /><span class="aside">{shared} shared</span></li>)}</ol>;
}
