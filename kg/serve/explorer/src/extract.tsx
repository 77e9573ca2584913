/** Paste or upload abstracts and see what is found in them. Nothing is stored. */

import { useEffect, useState } from "preact/hooks";
import { useTitle } from "./hooks";
import { THINGS } from "./names";
import { Panel, Table } from "./parts";
import { Marked } from "./marked";
import { fetched } from "./sparql";

interface Mention { start: number; end: number; type: string; concept: string; text: string; score: number }
interface Stated { start: number; end: number; text: string; [role: string]: string | number | null | undefined }
interface Extraction { id: string; title: string; abstract: string; mentions: Mention[]; results: Stated[]; quantities: Stated[] }

const EXAMPLE = `Title: Folding Experts Across Devices
Abstract: We present FoldServe, a system that serves Mixtral 8x22B on 64 H100 GPUs. On MMLU it keeps 77.8% accuracy and reaches up to 41.5% MFU, 1.7x the throughput of vLLM.
`;

export function ExtractPage() {
  useTitle("Extract");
  const [text, setText] = useState("");
  const [found, setFound] = useState<{ papers: Extraction[]; said: string[] } | null>(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => void fetched("/api/extract").catch(() => {}), []);
  async function extract(body: BodyInit) {
    setBusy(true);
    setProblem("");
    setFound(null);
    try {
      setFound(await (await fetched("/api/extract", { method: "POST", body, headers: { "Content-Type": "application/octet-stream" } })).json());
    } catch (error) {
      setProblem((error as Error).message);
    }
    setBusy(false);
  }
  return (
    <>
      <h1>Extract</h1>
      <p class="waiting">Paste abstracts, or choose a file in any format that <code>kg build</code> reads, up to 1 MB. It is read in memory on this machine, and nothing is stored.</p>
      <form class="paste" onSubmit={(event) => { event.preventDefault(); if (text.trim()) void extract(text); }}>
        <textarea aria-label="Abstracts" rows={8} placeholder={EXAMPLE} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        <p class="bar">
          <button type="submit" class="main" disabled={busy || !text.trim()}>Extract</button>
          <button type="button" onClick={() => setText(EXAMPLE)}>Example</button>
          <label class="button">Choose a file <input class="unseen" type="file" onChange={(event) => { const file = event.currentTarget.files?.[0]; if (file) void extract(file); }} /></label>
          {busy ? <span role="status">Reading …</span> : null}
        </p>
      </form>
      {problem ? <p class="problem" role="alert">{problem}</p> : null}
      {found?.said.map((line) => <p class="waiting">{line.replace("<stdin>", "line")}</p>)}
      {found?.papers.map((paper) => <Found key={paper.id} paper={paper} />)}
    </>
  );
}

function Found({ paper }: { paper: Extraction }) {
  const [lit, setLit] = useState<ReadonlySet<string>>(new Set());
  const stated: (Stated & { id: string })[] = [...paper.results, ...paper.quantities].map((it, at) => ({ ...it, id: `${paper.id} ${at}` }));
  const columns = ["metric", "kind", "qualifier", "value", "unit", "subject", "of", "dataset", "hardware", "baseline", "baseline_value"].filter((name) => stated.some((it) => it[name]));
  return (
    <article class="panel">
      <Marked
        text={`${paper.title}\n${paper.abstract}`} linked={false} lit={lit} onPoint={(things) => setLit(new Set(things))}
        marks={paper.mentions.map((it) => ({ ...it, label: it.concept.slice(THINGS.length) }))} quotes={stated.map(({ id, start, end }) => ({ id, start, end }))}
      />
      {stated.length ? (
        <Panel title="Results, sizes and costs">
          <Table caption={`What ${paper.title} states`} items={stated}
            columns={columns.map((name) => ({ name, cell: (it: Stated) => (it[name] === null ? null : <bdi>{String(it[name] ?? "")}</bdi>), numeric: name === "value" }))}
            row={(it) => ({ class: lit.has(it.id) ? "lit" : undefined, onMouseEnter: () => setLit(new Set([it.id])), onMouseLeave: () => setLit(new Set()) })} />
        </Panel>
      ) : <p class="waiting">No numbers that are results or sizes.</p>}
    </article>
  );
}
