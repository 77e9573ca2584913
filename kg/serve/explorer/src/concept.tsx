import { useRoute } from "preact-iso";
import { useState } from "preact/hooks";
import { Bars } from "./chart";
import { useAnswer, useJson, useTitle } from "./hooks";
import { address, compact, iriOf, KIND, shortName } from "./names";
import { Kind, Panel, Thing, Waiting } from "./parts";
import { resultsQuery, ResultsTable, useResults } from "./results";
import { number, type Row, value } from "./sparql";

const FACTS: [string, string, string][] = [
  ["kg:released", "released", ""],
  ["kg:memory", "memory", " GB"],
  ...["FP64", "FP32", "FP16", "BF16", "FP8", "INT8"].map((it): [string, string, string] => [`kg:peak${it}`, `peak ${it}`, it === "INT8" ? " TOPS" : " TFLOPS"]),
];

const facts = (iri: string) => `SELECT ?property ?value ?label WHERE { <${iri}> ?property ?value OPTIONAL { ?value skos:prefLabel|rdfs:label|qudt:symbol ?label } }`;
const hierarchy = (iri: string) => `SELECT ?way ?thing ?label ?parent WHERE {
  { <${iri}> skos:broader+ ?thing BIND("broader" AS ?way) OPTIONAL { ?thing skos:broader ?parent } }
  UNION { ?thing skos:broader <${iri}> BIND("narrower" AS ?way) }
  ?thing skos:prefLabel ?label
} ORDER BY ?way ?label ?thing`;
const papers = (iri: string) => `SELECT DISTINCT ?paper ?title ?date ?introduced WHERE {
  ?found skos:broader* <${iri}> . ?paper kg:mentions ?found ; dcterms:title ?title
  OPTIONAL { ?paper dcterms:issued|kg:listedOn ?issued }
  BIND(STR(?issued) AS ?date) BIND(EXISTS { ?paper kg:introduces ?found } AS ?introduced)
} ORDER BY DESC(?date) ?title ?paper DESC(?introduced) LIMIT ${MOST}`;
const months = (iri: string) => `SELECT ?month (COUNT(DISTINCT ?paper) AS ?papers) WHERE {
  ?found skos:broader* <${iri}> . ?paper kg:mentions ?found ; dcterms:issued ?issued BIND(SUBSTR(STR(?issued), 1, 7) AS ?month)
} GROUP BY ?month ORDER BY ?month`;
const related = (iri: string) => `SELECT ?thing ?label ?type ?both WHERE {
  { SELECT ?thing (COUNT(?one) AS ?both) WHERE { ?one kg:mentions <${iri}> , ?thing FILTER(?thing != <${iri}>) } GROUP BY ?thing ORDER BY DESC(?both) ?thing LIMIT 100 }
  ?thing skos:prefLabel ?label . ${KIND}
} ORDER BY DESC(?both) ?label`;
const MOST = 200;

interface Merge {
  surface: string;
  rule: string;
  papers: number;
}

export function ConceptPage() {
  const { params } = useRoute();
  const iri = iriOf(`${params.kind}/${params.key}`);
  return iri ? <Concept key={iri} iri={iri} /> : <p class="problem">There is no concept of that name.</p>;
}

function Concept({ iri }: { iri: string }) {
  const queries = { facts: facts(iri), hierarchy: hierarchy(iri), papers: papers(iri), months: months(iri), related: related(iri), results: resultsQuery({}, iri) };
  const known = useAnswer(queries.facts);
  const [sort, setSort] = useState("-date");
  const [tree, named, time, near, results] = [useAnswer(queries.hierarchy), useAnswer(queries.papers), useAnswer(queries.months), useAnswer(queries.related), useResults(queries.results)];
  const others = near.data?.rows.map((row) => shortName(value(row, "thing")) ?? "") ?? [];
  const counts = useJson<Record<string, number>>(near.data ? address("/api/counts", { things: others.join(",") || "none" }) : null);
  const merges = useJson<{ merges: Merge[] }>(address("/api/merges", { concept: iri }));
  const all = (property: string) => (known.data?.rows ?? []).filter((row) => compact(value(row, "property")) === property);
  const label = all("skos:prefLabel").map((row) => value(row, "value"))[0];
  useTitle(label);
  if (known.data && !label) return <p class="problem">The graph has no concept <code>{shortName(iri)}</code>.</p>;
  const types = all("rdf:type").map((row) => value(row, "value").split("#")[1] ?? "");
  const type = ["Model", "Software", "Method", "Dataset", "Task", "Metric", "Hardware"].find((it) => types.includes(it)) ?? "Method";
  const role = { Metric: "metric", Dataset: "dataset", Hardware: "hardware" }[type] ?? "subject";
  const direction = all("kg:direction").map((row) => (value(row, "value").endsWith("LowerIsBetter") ? "lower is better" : "higher is better"))[0];
  return (
    <Waiting of={known}>
      {() => (
        <article>
          <header class="about">
            <Kind type={type} />
            <h1><bdi>{label}</bdi></h1>
            <p class="tools">
              <a href={address("/graph", { n: shortName(iri) ?? "" })}>Graph around it</a>
              <a href={address("/results", { [role]: shortName(iri) ?? "", [`${role}Name`]: label })}>Its results</a>
            </p>
          </header>
          <dl class="facts">
            {all("skos:altLabel").length ? <><dt>also</dt><dd>{all("skos:altLabel").map((row) => <span class="chip"><bdi>{value(row, "value")}</bdi></span>)}</dd></> : null}
            {FACTS.map(([property, name, unit]) => all(property).map((row) => <><dt>{name}</dt><dd>{value(row, "value").replace(/\.0+$/, "")}{unit}</dd></>))}
            {direction ? <><dt>direction</dt><dd>{direction}</dd></> : null}
            {all("skos:exactMatch").map((row) => <><dt>same as</dt><dd><Thing iri={value(row, "value")} /></dd></>)}
          </dl>
          <div class="columns">
            <Panel title="Hierarchy" query={queries.hierarchy}>
              <Waiting of={tree}>
                {(it) => it.rows.length ? <Hierarchy rows={it.rows} label={label ?? ""} /> : <p class="waiting">Nothing broader or narrower is known.</p>}
              </Waiting>
            </Panel>
            <Panel title="Related" query={queries.related}>
              <Waiting of={counts}>{(papers) => <Related rows={near.data?.rows ?? []} papers={papers} />}</Waiting>
            </Panel>
            <Panel title="Papers over time" query={queries.months}>
              <Waiting of={time}>{(it) => <Time rows={it.rows} label={label ?? ""} />}</Waiting>
            </Panel>
            <Panel title="Where the name came from">
              <Waiting of={merges}>
                {({ merges: found }) => found.length
                  ? <ul class="list">{found.map((it) => <li><bdi>{it.surface}</bdi><small>{it.rule}</small><span class="aside">{it.papers}</span></li>)}</ul>
                  : <p class="waiting">Papers write it as it is called here.</p>}
              </Waiting>
            </Panel>
          </div>
          <Panel title="Results" query={queries.results}>
            <Waiting of={results}>{(it) => <ResultsTable answer={it} sort={sort} onSort={setSort} name={label ?? ""} chart={type === "Metric"} />}</Waiting>
          </Panel>
          <Panel title="Papers" query={queries.papers}>
            <Waiting of={named}>
              {(it) => (
                <>
                  {it.rows.length === MOST ? <p class="waiting">The newest {MOST}.</p> : null}
                  <ol class="list wide">
                    {it.rows.filter((row, at) => !at || value(row, "paper") !== value(it.rows[at - 1]!, "paper")).map((row) => (
                      <li><Thing iri={value(row, "paper")} label={value(row, "title")} /><small>{value(row, "introduced") === "true" ? "introduces it" : ""}</small><span class="aside">{value(row, "date").replace(/^--/, "")}</span></li>
                    ))}
                  </ol>
                </>
              )}
            </Waiting>
          </Panel>
        </article>
      )}
    </Waiting>
  );
}

/** Ranked by the equivalence index of co-word analysis: papers with both, squared, over the papers with the other. */
function Related({ rows, papers }: { rows: Row[]; papers: Record<string, number> }) {
  const ranked = rows
    .map((row) => ({ row, both: number(row, "both"), strength: number(row, "both") ** 2 / (papers[shortName(value(row, "thing")) ?? ""] || 1) }))
    .sort((one, other) => Number(other.both > 1) - Number(one.both > 1) || other.strength - one.strength || value(one.row, "label").localeCompare(value(other.row, "label")));
  return (
    <ol class="list">
      {ranked.slice(0, 15).map(({ row, both }) => <li><Thing iri={value(row, "thing")} label={value(row, "label")} type={value(row, "type")} /><span class="aside">{both}</span></li>)}
    </ol>
  );
}

function Hierarchy({ rows, label }: { rows: Row[]; label: string }) {
  const parents = new Map<string, string[]>();
  for (const row of rows) {
    if (value(row, "way") === "broader") parents.set(value(row, "thing"), [...(parents.get(value(row, "thing")) ?? []), ...(row.parent ? [value(row, "parent")] : [])]);
  }
  const height = (iri: string): number => Math.max(0, ...(parents.get(iri) ?? []).map((parent) => 1 + height(parent)));
  const broader = rows.filter((row, at) => value(row, "way") === "broader" && rows.findIndex((other) => value(other, "thing") === value(row, "thing")) === at)
    .sort((one, other) => height(value(one, "thing")) - height(value(other, "thing")));
  const narrower = rows.filter((row) => value(row, "way") === "narrower");
  return (
    <>
      <p class="path">{broader.map((row) => <><Thing iri={value(row, "thing")} label={value(row, "label")} /> › </>)}<b><bdi>{label}</bdi></b></p>
      {narrower.length ? <ul class="list">{narrower.map((row) => <li>› <Thing iri={value(row, "thing")} label={value(row, "label")} /></li>)}</ul> : null}
    </>
  );
}

/** Months in a row, or years when there are many; a date that is only a year counts where years do. */
function Time({ rows, label }: { rows: Row[]; label: string }) {
  const counts = new Map<string, number>();
  const names = [...new Set(rows.map((row) => value(row, "month")))];
  const years = names.length > 24 || names.some((name) => name.length < 7);
  for (const row of rows) {
    const name = value(row, "month").slice(0, years ? 4 : 7);
    counts.set(name, (counts.get(name) ?? 0) + number(row, "papers"));
  }
  const bars = [...counts].map(([name, of]) => ({ name, value: of }));
  return bars.length ? <Bars narrow bars={bars} name={`Papers on ${label} by ${years ? "year" : "month"}`} /> : <p class="waiting">No date is known.</p>;
}
