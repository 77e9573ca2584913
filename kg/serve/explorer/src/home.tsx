import { useLocation } from "preact-iso";
import { useAnswer, useJson, useTitle } from "./hooks";
import { address, CONCEPT_TYPES, TYPES } from "./names";
import { type Found, Kind, Panel, Thing, Waiting } from "./parts";
import { number, value } from "./sparql";

const COUNTS = `SELECT ?class (COUNT(*) AS ?things) WHERE {
  VALUES ?class { kg:Paper kg:Method kg:Model kg:Software kg:Dataset kg:Task kg:Metric kg:Hardware kg:Result }
  ?thing a ?class
} GROUP BY ?class`;
const TOP = (type: string) => `SELECT ?thing ?label ?papers WHERE {
  { SELECT ?thing (COUNT(*) AS ?papers) WHERE { ?thing a kg:${type} . ?paper kg:mentions ?thing } GROUP BY ?thing ORDER BY DESC(?papers) ?thing LIMIT 50 }
  ?thing skos:prefLabel ?label
} ORDER BY DESC(?papers) ?label`;
const NEWEST = `SELECT ?paper ?title ?date WHERE {
  ?paper a kg:Paper ; dcterms:title ?title OPTIONAL { ?paper dcterms:issued|kg:listedOn ?issued } BIND(STR(?issued) AS ?date)
} ORDER BY DESC(?date) ?title LIMIT 12`;

export function Home() {
  useTitle(undefined);
  const [counts, newest] = [useAnswer(COUNTS), useAnswer(NEWEST)];
  return (
    <>
      <h1 class="unseen">paperkg: papers, their concepts and results</h1>
      <Waiting of={counts}>
        {(it) => {
          const of = (type: string) => it.rows.find((row) => value(row, "class").endsWith(`#${type}`));
          return (
            <ul class="counts">
              {[...TYPES, "Result"].map((type) => {
                const row = of(type);
                return row ? (
                  <li><a href={type === "Result" ? "/results" : address("/search", { type })}><b>{number(row, "things").toLocaleString("en")}</b> <span data-type={type}>{type === "Hardware" || type === "Software" ? type : `${type}s`}</span></a></li>
                ) : null;
              })}
            </ul>
          );
        }}
      </Waiting>
      <div class="columns">
        {CONCEPT_TYPES.map((type) => <Top type={type} />)}
        <Panel title="Newest papers" query={NEWEST}>
          <Waiting of={newest}>
            {(it) => <ol class="list">{it.rows.map((row) => <li><Thing iri={value(row, "paper")} label={value(row, "title")} /><span class="aside">{value(row, "date").replace(/^--/, "")}</span></li>)}</ol>}
          </Waiting>
        </Panel>
      </div>
    </>
  );
}

function Top({ type }: { type: string }) {
  const found = useJson<Found[]>(address("/api/find", { type, limit: "8" }));
  if (found.data && !found.data.length) return null;
  return (
    <Panel title={type} query={TOP(type)}>
      <Waiting of={found}>
        {(things) => <ol class="list">{things.map((it) => <li><Thing iri={it.iri} label={it.label} type={type} /><span class="aside">{it.papers}</span></li>)}</ol>}
      </Waiting>
    </Panel>
  );
}

export function Search() {
  const { query, route } = useLocation();
  const { q = "", type = "" } = query;
  const known = (TYPES as readonly string[]).includes(type) ? type : "";
  useTitle(q || known || "Search");
  const found = useJson<Found[]>(q || known ? address("/api/find", { q, type: known, limit: "200" }) : null);
  return (
    <>
      <h1>{q ? <>Papers and concepts with <q>{q}</q></> : known ? known === "Paper" ? "Papers, newest first" : `${known}, those of most papers first` : "Search"}</h1>
      <p class="choices" role="group" aria-label="Type">
        {["", ...TYPES].map((it) => <button type="button" aria-pressed={it === known} onClick={() => route(address("/search", { q, type: it }))}>{it || "all"}</button>)}
      </p>
      {q || known ? (
        <Waiting of={found}>
          {(things) => things.length ? (
            <ul class="list wide">
              {things.map((it) => (
                <li><Thing iri={it.iri} label={it.label} type={it.type} />{it.name !== it.label ? <small>also <bdi>{it.name}</bdi></small> : null}
                  <span class="aside"><Kind type={it.type} /> {it.type === "Paper" ? it.year : `${it.papers} paper${it.papers === 1 ? "" : "s"}`}</span></li>
              ))}
            </ul>
          ) : <p class="waiting">Nothing has that in its name.</p>}
        </Waiting>
      ) : <p class="waiting">Type a name above, or choose a type.</p>}
    </>
  );
}
