/** The graph around a thing: it grows where one clicks; the address tells what is open, so it can be sent on. */

import { useLocation } from "preact-iso";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Drawing } from "./drawing";
import { useTitle } from "./hooks";
import { address, fileName, iriOf, shortName, TYPES } from "./names";
import { around, type Edge, named, type Node, way } from "./network";
import { Finder, Kind } from "./parts";
import { savePicture } from "./picture";

export function GraphPage() {
  const { query, route } = useLocation();
  const open = useMemo(() => (query.n ?? "").split(",").filter((id) => iriOf(id)).slice(0, 60), [query.n]);
  const hidden = useMemo(() => new Set((query.without ?? "").split(",").filter(Boolean)), [query.without]);
  const [known, setKnown] = useState<{ nodes: Map<string, Node>; edges: Edge[]; more: Map<string, number> }>({ nodes: new Map(), edges: [], more: new Map() });
  const [chosen, setChosen] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const [answer, setAnswer] = useState("");
  const [goal, setGoal] = useState<{ id: string; label: string } | null>(null);
  const go = (told: Record<string, string | undefined>) => route(address("/graph", { ...query, ...told }));

  useEffect(() => {
    const stop = new AbortController();
    async function load() {
      const nodes = new Map((open.length ? await named(open, stop.signal) : []).map((it) => [it.id, it]));
      const edges = new Map<string, Edge>();
      const more = new Map<string, number>();
      for (const [at, found] of (await Promise.all(open.map((id) => around(id, 1, stop.signal)))).entries()) {
        for (const node of found.nodes) if (!nodes.has(node.id)) nodes.set(node.id, node);
        for (const edge of found.edges) edges.set(`${edge.source} ${edge.name} ${edge.target}`, edge);
        more.set(open[at]!, found.more);
      }
      setKnown({ nodes, edges: [...edges.values()], more });
      setSaid(open.length ? `${nodes.size} things, ${edges.size} connections.` : "");
    }
    load().catch((error: Error) => stop.signal.aborted || setSaid(error.message));
    return () => stop.abort();
  }, [open]);

  const shown = useMemo(() => {
    const nodes = [...known.nodes.values()].filter((it) => open.includes(it.id) || !hidden.has(it.type));
    const ids = new Set(nodes.map((it) => it.id));
    return { nodes, edges: known.edges.filter((it) => ids.has(it.source) && ids.has(it.target)) };
  }, [known, hidden]);
  const start = known.nodes.get(open[0] ?? "");
  useTitle(start ? `Around ${start.label}` : "Graph");

  const picture = useRef<SVGSVGElement>(null);
  const drawing = useRef<Drawing | null>(null);
  const act = useRef({ open: (_: string) => {}, choose: (_: string) => {} });
  act.current = {
    open: (id) => {
      setChosen(id);
      if (!open.includes(id)) go({ n: [...open, id].join(",") });
    },
    choose: setChosen,
  };
  useEffect(() => {
    if (!picture.current) return;
    drawing.current = new Drawing(picture.current, { onOpen: (id) => act.current.open(id), onChoose: (id) => act.current.choose(id) });
    return () => drawing.current?.stop();
  }, []);
  useEffect(() => drawing.current?.show(shown.nodes, shown.edges, chosen), [shown, chosen]);

  async function connect() {
    if (!goal || !open[0]) return;
    setAnswer("Searching a way …");
    try {
      const found = await way(open[0], goal.id);
      if (found.length) go({ n: [...new Set([...open, ...found])].join(",") });
      setAnswer(found.length ? `A way of ${found.length - 1} step${found.length === 2 ? "" : "s"}.` : "There is no way between them within eight steps.");
    } catch (error) {
      setAnswer((error as Error).message);
    }
  }
  const at = chosen ? known.nodes.get(chosen) : start;
  const left = at ? known.more.get(at.id) : 0;
  const counts = new Map<string, number>();
  for (const { type } of known.nodes.values()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return (
    <div class="graph">
      <h1 class="unseen">{start ? `The graph around ${start.label}` : "The graph around a thing"}</h1>
      <div class="bar">
        <Finder label="Add to the graph" hint={open.length ? "Add a paper or concept" : "Begin with a paper or concept"} onChoose={(it) => go({ n: [...open, shortName(it.iri) ?? ""].filter(Boolean).join(",") })} />
        {open.length ? (
          <>
            <Finder label="Find a way to" hint={`A way from ${start?.label.slice(0, 30) ?? "it"} to …`} value={goal?.label} onChoose={(it) => setGoal({ id: shortName(it.iri) ?? "", label: it.label })} />
            <button type="button" disabled={!goal} onClick={connect}>Connect</button>
          </>
        ) : null}
        <span class="spring" />
        <button type="button" aria-label="Larger" onClick={() => drawing.current?.scale(1.3)}>+</button>
        <button type="button" aria-label="Smaller" onClick={() => drawing.current?.scale(1 / 1.3)}>−</button>
        <button type="button" onClick={() => drawing.current?.fit()}>Fit</button>
        {(["svg", "png"] as const).map((format) => <button type="button" onClick={() => picture.current && savePicture(picture.current, fileName(start?.label ?? "graph"), format)}>{format.toUpperCase()}</button>)}
        {open.length > 1 ? <button type="button" onClick={() => go({ n: open[0] })}>Start again</button> : null}
      </div>
      <fieldset class="legend">
        <legend class="unseen">Types shown</legend>
        {TYPES.filter((type) => counts.has(type)).map((type) => (
          <label><input type="checkbox" checked={!hidden.has(type)} onChange={(event) => {
            const next = new Set(hidden);
            if (event.currentTarget.checked) next.delete(type);
            else next.add(type);
            go({ without: [...next].join(",") });
          }} /><span class="dot" data-type={type} />{type} <small>{counts.get(type)}</small></label>
        ))}
      </fieldset>
      <svg ref={picture} class="drawing" role="group" aria-label="The graph; Enter opens a thing, space chooses it" />
      <p role="status" class="status">{[answer, said].filter(Boolean).join(" ") || (open.length ? "" : "Search a paper or concept to begin.")}</p>
      {at ? (
        <aside class="panel" aria-label="The chosen thing">
          <Kind type={at.type} />
          <h2><bdi>{at.label}</bdi></h2>
          <p class="tools">
            <a href={`/id/${at.id}`}>Open its page</a>
            {open.includes(at.id) ? <a href={address("/graph", { ...query, n: at.id })}>Only around it</a> : null}
          </p>
          {left ? <p class="waiting">More is around it than is drawn; its page has all.</p> : null}
        </aside>
      ) : null}
    </div>
  );
}
