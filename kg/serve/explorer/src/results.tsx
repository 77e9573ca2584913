/** Results as a table: of a metric, data set or device, filtered by the address, sorted, in one unit, over time. */

import { useLocation } from "preact-iso";
import { useMemo } from "preact/hooks";
import { Chart, type Point } from "./chart";
import { type Loaded, useLoaded, useTitle } from "./hooks";
import { address, fileName, iriOf, shortName } from "./names";
import { type Column, csv, Finder, Panel, save, sorted, Table, Thing, Waiting } from "./parts";
import { type Answer, ask, number, type Row, value } from "./sparql";

export const ROLES = [
  ["metric", "kg:metric", "Metric"],
  ["subject", "kg:subject", "Method"],
  ["dataset", "kg:onDataset", "Dataset"],
  ["hardware", "kg:onHardware", "Hardware"],
] as const;
type Role = (typeof ROLES)[number][0];
const MOST = 2000;

/** The query for results whose roles are the things given, or what is narrower; `any` is one in whatever role.
 *
 * Labels are asked for afterwards, and rows are sorted here: in a large graph the store takes a hundred times as long.
 */
export function resultsQuery(wanted: Partial<Record<Role, string>>, any?: string, paper?: string): string {
  const chosen = ROLES.flatMap(([role, property]) => (wanted[role] ? [`?${role}Wanted skos:broader* <${wanted[role]}> . ?result ${property} ?${role}Wanted .`] : []));
  if (any) chosen.push(`?found skos:broader* <${any}> . ?result kg:metric|kg:subject|kg:onDataset|kg:onHardware|kg:baseline ?found .`);
  if (paper) chosen.push(`<${paper}> kg:reportsResult ?result .`);
  return `SELECT DISTINCT ?result ?paper ?title ?date ?value ?formula ?unit ?factor ?base ?qualifier ?change ?low ?high ?before ?quote ?begin ?end
  ?metric ?subject ?dataset ?hardware ?baseline WHERE {
  ${chosen.join("\n  ")}
  ?paper kg:reportsResult ?result ; dcterms:title ?title .
  ?result kg:quote ?quote ; kg:beginIndex ?begin ; kg:endIndex ?end .
  OPTIONAL { ?paper dcterms:issued|kg:listedOn ?issued } BIND(STR(?issued) AS ?date)
  OPTIONAL { ?result qudt:numericValue ?value }
  OPTIONAL { ?result kg:complexity ?formula }
  OPTIONAL { ?result qudt:hasUnit ?unitIri OPTIONAL { ?unitIri kg:scale ?factor ; qudt:scalingOf/qudt:symbol ?base } OPTIONAL { ?unitIri qudt:symbol ?symbol } }
  OPTIONAL { ?result kg:unitText ?written } BIND(COALESCE(?symbol, ?written) AS ?unit)
  OPTIONAL { ?result kg:qualifier ?qualifier }
  OPTIONAL { ?result kg:change ?change }
  OPTIONAL { ?result schema:minValue ?low }
  OPTIONAL { ?result schema:maxValue ?high }
  OPTIONAL { ?result kg:baselineValue ?before }
  ${[...ROLES, ["baseline", "kg:baseline"] as const].map(([role, property]) => `OPTIONAL { ?result ${property} ?${role} }`).join("\n  ")}
} LIMIT ${MOST}`;
}

/** The results that a query finds, with the labels of what has a role in them. */
export function useResults(query: string): Loaded<Answer> {
  return useLoaded(query, async (signal) => {
    const answer = await ask(query, signal);
    const roles = ["metric", "subject", "dataset", "hardware", "baseline"];
    const things = [...new Set(answer.rows.flatMap((row) => roles.map((role) => value(row, role)).filter(Boolean)))];
    if (!things.length) return answer;
    const labels = await ask(`SELECT ?thing ?label WHERE { VALUES ?thing { ${things.map((iri) => `<${iri}>`).join(" ")} } ?thing skos:prefLabel ?label }`, signal);
    const label = new Map(labels.rows.map((row) => [value(row, "thing"), row.label]));
    const rows = answer.rows.map((row) => ({ ...row, ...Object.fromEntries(roles.map((role) => [`${role}Label`, label.get(value(row, role))])) }));
    return { ...answer, rows: rows.sort((one, other) => value(one, "paper").localeCompare(value(other, "paper")) || number(one, "begin") - number(other, "begin") || value(one, "result").localeCompare(value(other, "result"))) };
  });
}

const WORDS: Record<string, string> = {
  UpTo: "up to", AtLeast: "at least", MoreThan: "over", LessThan: "under", About: "about", Average: "average",
  AbsoluteChange: "absolute change", RelativeChange: "relative change", UnclearChange: "unclear change",
};
const words = (row: Row, name: string): string => { const term = value(row, name).slice(value(row, name).lastIndexOf("#") + 1); return WORDS[term] ?? term; };

/** The value in the base unit, and that unit, where the graph knows how to convert. */
function normal(row: Row): { value: number; unit: string } {
  const factor = number(row, "factor");
  return row.base && Number.isFinite(factor)
    ? { value: Number((number(row, "value") * factor).toPrecision(12)), unit: value(row, "base") }
    : { value: number(row, "value"), unit: value(row, "unit") };
}

function written(row: Row): string {
  const [low, high] = [value(row, "low"), value(row, "high")];
  const numbers = low && high && low !== high ? `${low}–${high}` : value(row, "value") || value(row, "formula");
  const [unit, change] = [value(row, "unit"), words(row, "change")];
  return [words(row, "qualifier"), numbers + (unit === "%" ? "%" : ""), unit === "%" ? "" : unit, change && `(${change})`].filter(Boolean).join(" ");
}

const thing = (role: string) => (row: Row) => (row[role] ? <Thing iri={value(row, role)} label={value(row, `${role}Label`)} /> : null);
const label = (role: string) => (row: Row) => value(row, `${role}Label`) || undefined;

export const COLUMNS: Column<Row>[] = [
  { name: "metric", cell: thing("metric"), key: label("metric") },
  { name: "value", numeric: true, cell: written, key: (row) => (row.value ? normal(row).value : undefined) },
  { name: "subject", cell: thing("subject"), key: label("subject") },
  { name: "dataset", cell: thing("dataset"), key: label("dataset") },
  { name: "hardware", cell: thing("hardware"), key: label("hardware") },
  { name: "baseline", cell: (row) => <>{thing("baseline")(row)} {value(row, "before")}</>, key: label("baseline") },
  { name: "paper", cell: (row) => <a href={`/id/${shortName(value(row, "paper"))}?at=${value(row, "begin")}`}><bdi>{value(row, "title")}</bdi></a>, key: (row) => value(row, "title") },
  { name: "date", cell: (row) => <time>{value(row, "date").replace(/^--/, "")}</time>, key: (row) => value(row, "date") || undefined },
];

/** The columns that say anything of these rows; a column that says always the same of a page's own thing is left out. */
export const telling = (rows: Row[], without: string[] = []): Column<Row>[] =>
  COLUMNS.filter((column) => !without.includes(column.name) && rows.some((row) => column.key?.(row) !== undefined));

function download(rows: Row[], name: string): void {
  const names = ["metric", "value", "unit", "value_normal", "unit_normal", "qualifier", "change", "low", "high", "subject", "dataset", "hardware", "baseline", "baseline_value", "paper", "date", "quote", "paper_iri"];
  const lines = rows.map((row) => {
    const base = normal(row);
    return [
      value(row, "metricLabel"), value(row, "value") || value(row, "formula"), value(row, "unit"), Number.isFinite(base.value) ? base.value : "", base.unit,
      words(row, "qualifier"), words(row, "change"), value(row, "low"), value(row, "high"), value(row, "subjectLabel"), value(row, "datasetLabel"),
      value(row, "hardwareLabel"), value(row, "baselineLabel"), value(row, "before"), value(row, "title"), value(row, "date"), value(row, "quote"), value(row, "paper"),
    ];
  });
  save(`${fileName(name)}.csv`, "text/csv", csv(names, lines));
}

/** The rows as points in the unit that most of them have. */
function points(rows: Row[]): { points: Point[]; unit: string } {
  const units = new Map<string, Row[]>();
  for (const row of rows) {
    if (row.value && row.date && /^\d/.test(value(row, "date")) && !value(row, "change")) {
      const { unit } = normal(row);
      units.set(unit, [...(units.get(unit) ?? []), row]);
    }
  }
  const [unit = "", chosen = []] = [...units].sort((one, other) => other[1].length - one[1].length)[0] ?? [];
  return {
    unit,
    points: chosen.map((row) => ({
      date: value(row, "date"), value: normal(row).value, group: value(row, "subjectLabel"), href: `/id/${shortName(value(row, "paper"))}?at=${value(row, "begin")}`,
      title: `${[label("metric")(row), written(row), label("subject")(row)].filter(Boolean).join(", ")}: ${value(row, "title")}`,
    })),
  };
}

export function ResultsTable({ answer, sort, onSort, without, name, chart = true }: { answer: Answer; sort: string; onSort: (by: string) => void; without?: string[]; name: string; chart?: boolean }) {
  const columns = useMemo(() => telling(answer.rows, without), [answer]);
  const drawn = useMemo(() => points(answer.rows), [answer]);
  if (!answer.rows.length) return <p class="waiting">No paper here reports such a result.</p>;
  return (
    <>
      <p class="bar">
        <span>{answer.rows.length.toLocaleString("en")} result{answer.rows.length === 1 ? "" : "s"}{answer.rows.length === MOST ? ", the rest is left out: choose a filter" : ""}</span>
        <button type="button" onClick={() => download(sorted(answer.rows, COLUMNS, sort), name)}>Download CSV</button>
      </p>
      {chart && drawn.points.length > 1 ? <Chart points={drawn.points} unit={drawn.unit} name={name} /> : null}
      <Table caption={`Results: ${name}`} columns={columns} items={answer.rows} sort={sort} onSort={onSort} />
    </>
  );
}

export function ResultsPage() {
  const { query, route } = useLocation();
  const wanted = Object.fromEntries(ROLES.map(([role]) => [role, iriOf(query[role] ?? "") ?? undefined])) as Partial<Record<Role, string>>;
  const text = resultsQuery(wanted);
  const results = useResults(text);
  const sort = query.sort ?? "-value";
  const change = (told: Record<string, string | undefined>) => route(address("/results", { ...query, ...told }));
  const first = results.data?.rows[0];
  const name = ROLES.map(([role]) => wanted[role] && (query[`${role}Name`] ?? shortName(wanted[role]!))).filter(Boolean).join(", ") || "all";
  useTitle(`Results: ${name}`);
  return (
    <>
      <h1>Results</h1>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        {ROLES.map(([role, , type]) => (
          <label>
            <span>{role}</span>
            <Finder
              label={`Filter by ${role}`} hint="any" type={role === "subject" ? undefined : type} value={query[`${role}Name`] ?? (wanted[role] ? shortName(wanted[role]!)! : "")}
              onChoose={(found) => change({ [role]: shortName(found.iri) ?? undefined, [`${role}Name`]: found.label })}
              onClear={() => wanted[role] && change({ [role]: undefined, [`${role}Name`]: undefined })}
            />
          </label>
        ))}
      </form>
      <Panel title={name === "all" ? "All results" : name} query={text}>
        <Waiting of={results}>{(answer) => <ResultsTable answer={answer} sort={sort} onSort={(by) => change({ sort: by })} name={name} chart={Boolean(first && wanted.metric)} />}</Waiting>
      </Panel>
    </>
  );
}
