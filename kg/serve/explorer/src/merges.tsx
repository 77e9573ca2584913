/** The ledger of merges, and what one knows better: corrections, which `kg build --corrections FILE` takes. */

import { useLocation } from "preact-iso";
import { useEffect, useState } from "preact/hooks";
import { useJson, useRested, useTitle } from "./hooks";
import { address, CONCEPT_TYPES } from "./names";
import { save, Table, Thing, Waiting } from "./parts";

interface Merge {
  concept: string;
  label: string;
  surface: string;
  rule: string;
  mentions: number;
  papers: number;
}
interface Correction {
  action: string;
  name: string;
  target: string;
}
const ACTIONS = ["merge", "split", "rename", "retype", "drop"];
const STORED = "corrections";
const clean = (text: string) => text.replace(/\s+/g, " ").trim();

export function MergesPage() {
  const { query, route } = useLocation();
  useTitle("Merges");
  const [text, setText] = useState(query.q ?? "");
  const [sort, setSort] = useState("");
  const [corrections, setCorrections] = useState<Correction[]>(() => JSON.parse(localStorage.getItem(STORED) ?? "[]"));
  const [draft, setDraft] = useState<Correction>({ action: "merge", name: "", target: "" });
  const rested = useRested(text, 150);
  const found = useJson<{ all: number; merges: Merge[] }>(address("/api/merges", { q: rested }));
  useEffect(() => { if (rested !== (query.q ?? "")) route(address("/merges", { q: rested }), true); }, [rested]);
  useEffect(() => localStorage.setItem(STORED, JSON.stringify(corrections)), [corrections]);
  const add = (it: Correction) => setCorrections((now) => [...now.filter((other) => other.action !== it.action || other.name !== it.name), it]);
  const wants = ["merge", "rename", "retype"].includes(draft.action);
  const whole = clean(draft.name) && (!wants || clean(draft.target));
  return (
    <>
      <h1>What was taken for the same</h1>
      <p class="waiting">Each line is a spelling that papers use for a concept of another name, and the rule that merged them. What is wrong can be corrected here; the next build takes the file.</p>
      <p class="bar"><input type="search" aria-label="Search the merges" placeholder="A spelling or a name" value={text} onInput={(event) => setText(event.currentTarget.value)} /></p>
      <Waiting of={found}>
        {({ all, merges }) => merges.length ? (
          <>
            <p class="waiting" role="status">{all.toLocaleString("en")} merge{all === 1 ? "" : "s"}{all > merges.length ? `, the first ${merges.length} are shown` : ""}</p>
            <Table
              caption="Merges" items={merges} sort={sort} onSort={setSort}
              columns={[
                { name: "written", cell: (it) => <bdi>{it.surface}</bdi>, key: (it) => it.surface },
                { name: "taken for", cell: (it) => <Thing iri={it.concept} label={it.label} />, key: (it) => it.label },
                { name: "by", cell: (it) => it.rule, key: (it) => it.rule },
                { name: "papers", cell: (it) => it.papers, key: (it) => it.papers, numeric: true },
                { name: "correct", cell: (it) => (
                  <>
                    <button type="button" class="quiet" aria-label={`Split ${it.surface} from ${it.label}`} onClick={() => add({ action: "split", name: it.surface, target: "" })}>split</button>{" "}
                    <button type="button" class="quiet" aria-label={`Drop ${it.surface}`} onClick={() => add({ action: "drop", name: it.surface, target: "" })}>drop</button>
                  </>
                ) },
              ]}
            />
          </>
        ) : <p class="waiting">{rested ? "No merge has that in its names." : "There is no ledger beside this graph; `kg build` writes merges.tsv."}</p>}
      </Waiting>
      <section class="panel" aria-label="Corrections">
        <header><h2>Corrections</h2></header>
        <form class="filters" onSubmit={(event) => {
          event.preventDefault();
          if (!whole) return;
          add({ action: draft.action, name: clean(draft.name), target: wants ? clean(draft.target) : "" });
          setDraft({ ...draft, name: "", target: "" });
        }}>
          <label><span>action</span><select value={draft.action} onChange={(event) => setDraft({ ...draft, action: event.currentTarget.value, target: "" })}>{ACTIONS.map((it) => <option>{it}</option>)}</select></label>
          <label><span>name</span><input value={draft.name} onInput={(event) => setDraft({ ...draft, name: event.currentTarget.value })} /></label>
          {wants ? (
            <label><span>{draft.action === "retype" ? "type" : "target"}</span>
              {draft.action === "retype"
                ? <select value={draft.target} onChange={(event) => setDraft({ ...draft, target: event.currentTarget.value })}><option value="" />{CONCEPT_TYPES.map((it) => <option>{it}</option>)}</select>
                : <input value={draft.target} onInput={(event) => setDraft({ ...draft, target: event.currentTarget.value })} />}
            </label>
          ) : null}
          <button type="submit" disabled={!whole}>Add</button>
        </form>
        {corrections.length ? (
          <>
            <ul class="list wide">
              {corrections.map((it) => <li><b>{it.action}</b> <bdi>{it.name}</bdi> {it.target ? <>→ <bdi>{it.target}</bdi></> : null}<button type="button" class="quiet aside" aria-label={`Take back ${it.action} ${it.name}`} onClick={() => setCorrections((now) => now.filter((other) => other !== it))}>take back</button></li>)}
            </ul>
            <p class="bar">
              <button type="button" class="main" onClick={() => save("corrections.tsv", "text/tab-separated-values", ["action\tname\ttarget", ...corrections.map((it) => `${it.action}\t${it.name}\t${it.target}`)].map((line) => `${line}\n`).join(""))}>Download corrections.tsv</button>
              <code>kg build … --corrections corrections.tsv</code>
            </p>
          </>
        ) : <p class="waiting">None yet.</p>}
      </section>
    </>
  );
}
