/** The SPARQL editor: completion from the ontology, the shipped questions, answers as table, chart or graph. */

import { autocompletion, closeBrackets, type Completion, type CompletionContext, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";
import { useLocation } from "preact-iso";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Bars } from "./chart";
import { Drawing } from "./drawing";
import { useJson, useTitle } from "./hooks";
import { address, compact, shortName } from "./names";
import { Cell, csv, save, Table } from "./parts";
import { savePicture } from "./picture";
import { type Answer, askAny, type Row, type Term, type Triple } from "./sparql";

interface Shipped {
  name: string;
  summary: string;
  parameters: Record<string, string>;
  text: string;
}
interface Named {
  name: string;
  told: string;
}

const FIRST = `SELECT ?paper ?title WHERE {
  ?paper a kg:Paper ; dcterms:title ?title .
} ORDER BY ?title LIMIT 20
`;
const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: "light-dark(#6b4fc0, #b39df5)" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "light-dark(#1f6fb2, #6cb2ee)" },
  { tag: [tags.string, tags.literal], color: "light-dark(#3b7d2a, #86c96f)" },
  { tag: tags.number, color: "light-dark(#ad3a78, #ee8fc0)" },
  { tag: tags.comment, color: "var(--soft)" },
  { tag: [tags.url, tags.namespace], color: "light-dark(#96660a, #e0b04a)" },
]);
const LOOK = EditorView.theme({
  "&": { maxHeight: "46vh", fontSize: ".9rem", color: "var(--ink)" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "ui-monospace, monospace", lineHeight: "1.5" },
  ".cm-gutters": { background: "var(--field)", color: "var(--soft)", border: "0" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { background: "color-mix(in srgb, var(--focus) 25%, transparent) !important" },
  ".cm-tooltip": { border: "1px solid var(--line)", background: "var(--panel)", color: "var(--ink)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--field)", color: "var(--ink)" },
});

function completions(terms: Named[]) {
  const options: Completion[] = terms.map(({ name, told }) => ({ label: name, detail: told.length > 60 ? `${told.slice(0, 59)}…` : told, type: "property" }));
  return (context: CompletionContext) => {
    const prefixed = context.matchBefore(/[A-Za-z][\w-]*:[\w-]*/);
    if (prefixed) return { from: prefixed.from, options, validFor: /^[\w:-]*$/ };
    const variable = context.matchBefore(/\?\w*/);
    if (variable) {
      const names = new Set(context.state.doc.toString().match(/\?\w+/g));
      return { from: variable.from, options: [...names].filter((it) => it !== variable.text).map((label) => ({ label, type: "variable" })), validFor: /^\?\w*$/ };
    }
    const word = context.matchBefore(/[A-Za-z]\w*/);
    if (!word && !context.explicit) return null;
    const words = "SELECT CONSTRUCT ASK DESCRIBE WHERE DISTINCT FILTER OPTIONAL UNION MINUS VALUES BIND GROUP ORDER BY HAVING LIMIT OFFSET COUNT SUM AVG MIN MAX SAMPLE GROUP_CONCAT EXISTS NOT".split(" ");
    return { from: word?.from ?? context.pos, options: [...words.map((label) => ({ label, type: "keyword" })), ...options], validFor: /^\w*$/ };
  };
}

type Shape = "table" | "chart" | "graph";

export function QueryPage() {
  const { query, route } = useLocation();
  useTitle("SPARQL");
  const questions = useJson<Shipped[]>("/api/queries");
  const terms = useJson<Named[]>("/api/terms");
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);
  const offered = useRef<Named[]>([]);
  offered.current = terms.data ?? [];
  const [answer, setAnswer] = useState<{ answer: Answer; triples?: Triple[]; took: number } | null>(null);
  const [problem, setProblem] = useState("");
  const [running, setRunning] = useState<AbortController | null>(null);
  const shape = (["table", "chart", "graph"].includes(query.as ?? "") ? query.as : "table") as Shape;

  async function run() {
    const text = editor.current?.state.doc.toString() ?? "";
    const stop = new AbortController();
    running?.abort();
    setRunning(stop);
    setProblem("");
    setAnswer(null);
    if (text !== query.query && text.length < 3000) route(address("/query", { ...query, query: text }), !query.query);
    const began = performance.now();
    try {
      setAnswer({ ...(await askAny(text, stop.signal)), took: performance.now() - began });
    } catch (error) {
      if (!stop.signal.aborted) setProblem((error as Error).message);
    }
    setRunning((now) => (now === stop ? null : now));
  }
  const act = useRef(run);
  act.current = run;

  useEffect(() => {
    if (!place.current) return;
    // The editor brings styles of its own, which the page's policy lets in nowhere but in the sheets of a shadow root.
    const root = place.current.shadowRoot ?? place.current.attachShadow({ mode: "open" });
    const view = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: query.query ?? FIRST,
        extensions: [
          keymap.of([{ key: "Mod-Enter", run: () => (void act.current(), true) }, ...completionKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
          lineNumbers(), history(), drawSelection(), bracketMatching(), closeBrackets(), sparql(), syntaxHighlighting(COLOURS), LOOK,
          autocompletion({ override: [(context) => completions(offered.current)(context)] }),
          placeholder("A SPARQL 1.1 query"), EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": "SPARQL query; press Escape, then Tab, to leave" }),
        ],
      }),
    });
    editor.current = view;
    if (query.query) void act.current();
    return () => view.destroy();
  }, []);
  useEffect(() => {
    const view = editor.current;
    if (view && query.query && view.state.doc.toString() !== query.query) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: query.query } });
      void act.current();
    }
  }, [query.query]);

  function choose(name: string) {
    const found = questions.data?.find((it) => it.name === name);
    if (found) route(address("/query", { ...query, query: found.text }));
  }
  return (
    <>
      <h1>SPARQL</h1>
      <p class="bar">
        <label>Shipped questions <select onChange={(event) => choose(event.currentTarget.value)}>
          <option value="">choose one …</option>
          {questions.data?.map((it) => <option value={it.name}>{it.name}: {it.summary}</option>)}
        </select></label>
        <span class="spring" />
        {running ? <button type="button" onClick={() => { running.abort(); setRunning(null); }}>Stop</button> : null}
        <button type="button" class="main" onClick={run} title="Ctrl+Enter">Run</button>
      </p>
      <div ref={place} class="editor" />
      <p class="waiting">Prefixes such as <code>kg:</code>, <code>skos:</code> and <code>dcterms:</code> are known. A slot <code>{"VALUES ?x { UNDEF }"}</code> means any; put a term in place of UNDEF.</p>
      {problem ? <p class="problem" role="alert">{problem}</p> : null}
      {running ? <p class="waiting" role="status">Running …</p> : null}
      {answer ? <Shown answer={answer.answer} triples={answer.triples} took={answer.took} shape={shape} onShape={(as) => route(address("/query", { ...query, as }))} /> : null}
    </>
  );
}

const numeric = (term?: Term) => term?.type === "literal" && term.value !== "" && Number.isFinite(Number(term.value));

function Shown({ answer, triples, took, shape, onShape }: { answer: Answer; triples?: Triple[]; took: number; shape: Shape; onShape: (shape: Shape) => void }) {
  const [sort, setSort] = useState("");
  const columns = useMemo(
    () => answer.columns.map((name) => ({
      name, cell: (row: Row) => <Cell term={row[name]} />, numeric: answer.rows.length > 0 && answer.rows.every((row) => !row[name] || numeric(row[name])),
      key: (row: Row) => (numeric(row[name]) ? Number(row[name]!.value) : row[name]?.value),
    })),
    [answer],
  );
  const rows = answer.rows.slice(0, 2000);
  return (
    <section class="panel" aria-label="Answer">
      <p class="bar">
        <span role="status">{answer.rows.length.toLocaleString("en")} row{answer.rows.length === 1 ? "" : "s"} in {Math.round(took)} ms{rows.length < answer.rows.length ? `; the first ${rows.length} are shown` : ""}</span>
        <span class="spring" />
        <span class="choices" role="group" aria-label="Show as">{(["table", "chart", "graph"] as const).map((it) => <button type="button" aria-pressed={it === shape} onClick={() => onShape(it)}>{it}</button>)}</span>
        <button type="button" onClick={() => save("answer.csv", "text/csv", csv(answer.columns, answer.rows.map((row) => answer.columns.map((name) => row[name]?.value))))}>CSV</button>
      </p>
      {shape === "table" ? <Table caption="Answer" columns={columns} items={rows} sort={sort} onSort={setSort} /> : null}
      {shape === "chart" ? <Charted answer={answer} /> : null}
      {shape === "graph" ? <Graphed answer={answer} triples={triples} /> : null}
    </section>
  );
}

function Charted({ answer }: { answer: Answer }) {
  const numbers = answer.columns.filter((name) => answer.rows.some((row) => numeric(row[name])) && answer.rows.every((row) => !row[name] || numeric(row[name])));
  const names = answer.columns.filter((name) => !numbers.includes(name));
  const [of, by] = [numbers[0], names.find((name) => answer.rows.some((row) => row[name]?.type === "literal")) ?? names[0]];
  if (!of || !answer.rows.length) return <p class="waiting">A chart wants a column of numbers.</p>;
  const bars = answer.rows.slice(0, 60).map((row, at) => ({ name: by ? (row[by]?.type === "uri" ? compact(row[by]!.value) : (row[by]?.value ?? "")) : String(at + 1), value: Number(row[of]?.value ?? 0) }));
  return <Bars bars={bars} name={by ? `${of} by ${by}` : of} />;
}

/** Triples as they are; of rows, what is named in the first two columns of things. */
function Graphed({ answer, triples }: { answer: Answer; triples?: Triple[] }) {
  const picture = useRef<SVGSVGElement>(null);
  const { route } = useLocation();
  const pairs = useMemo<Triple[]>(() => {
    if (triples) return triples;
    const things = answer.columns.filter((name) => answer.rows.some((row) => row[name]?.type === "uri"));
    const [one, other] = things.length > 1 ? things : answer.columns;
    return answer.rows.flatMap((row) => (one && other && row[one] && row[other] ? [[row[one]!, { type: "uri", value: other }, row[other]!] as Triple] : []));
  }, [answer, triples]);
  const drawn = pairs.slice(0, 400);
  useEffect(() => {
    if (!picture.current) return;
    const names = (term: Term) => (term.type === "uri" ? compact(term.value) : term.value.slice(0, 60));
    const kind = (term: Term) => {
      const short = shortName(term.value)?.split("/")[0] ?? "";
      return short ? short[0]!.toUpperCase() + short.slice(1) : "Paper";
    };
    const nodes = new Map(drawn.flatMap(([s, , o]) => [s, o]).map((it) => [it.value, { id: it.value, label: names(it), type: kind(it) }]));
    const drawing = new Drawing(picture.current, { onOpen: (id) => { const page = shortName(id); if (page) route(`/id/${page}`); }, onChoose: () => {} });
    drawing.show([...nodes.values()], drawn.map(([s, p, o]) => ({ source: s.value, target: o.value, name: compact(p.value) })), null);
    return () => drawing.stop();
  }, [drawn]);
  if (!pairs.length) return <p class="waiting">A graph wants two columns of things, or a CONSTRUCT query.</p>;
  return (
    <>
      {drawn.length < pairs.length ? <p class="waiting">The first {drawn.length} of {pairs.length} connections.</p> : null}
      <svg ref={picture} class="drawing" role="group" aria-label="The answer as a graph" />
      <p class="bar">{(["svg", "png"] as const).map((format) => <button type="button" onClick={() => picture.current && savePicture(picture.current, "answer", format)}>{format.toUpperCase()}</button>)}</p>
    </>
  );
}
