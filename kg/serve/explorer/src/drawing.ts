/** A graph drawn as SVG: forces place it, one can pan, zoom, drag, and walk through it by keyboard. */

import { forceCenter, forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY, type Simulation, type SimulationLinkDatum, type SimulationNodeDatum } from "d3-force";
import { select } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";
import type { Edge, Node } from "./network";

type Placed = Node & SimulationNodeDatum;
type Line = SimulationLinkDatum<Placed> & { name: string };

export interface Hooks {
  onChoose: (id: string) => void;
  onOpen: (id: string) => void;
}

const SVG = "http://www.w3.org/2000/svg";
const make = (name: string, attributes: Record<string, string> = {}) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, given] of Object.entries(attributes)) element.setAttribute(key, given);
  return element;
};
const shortened = (text: string) => (text.length > 28 ? `${text.slice(0, 27)}…` : text);

export class Drawing {
  private nodes: Placed[] = [];
  private lines: Line[] = [];
  private readonly marks = new Map<string, SVGGElement>();
  private readonly strokes = new Map<Line, SVGLineElement>();
  private readonly simulation: Simulation<Placed, Line>;
  private readonly view = make("g") as SVGGElement;
  private readonly below = make("g", { class: "edges" });
  private readonly above = make("g", { class: "nodes" });
  private readonly zooming = zoom<SVGSVGElement, unknown>().scaleExtent([0.1, 6]);

  constructor(private readonly picture: SVGSVGElement, private readonly hooks: Hooks) {
    this.view.append(this.below, this.above);
    picture.replaceChildren(this.view);
    this.zooming.on("zoom", (event) => this.view.setAttribute("transform", event.transform.toString()));
    select(picture).call(this.zooming).on("dblclick.zoom", null);
    this.simulation = forceSimulation<Placed, Line>()
      .force("charge", forceManyBody<Placed>().strength(-420).distanceMax(600))
      .force("link", forceLink<Placed, Line>().id((it) => it.id).distance(110).strength(0.4))
      .force("collide", forceCollide<Placed>(30))
      .force("x", forceX<Placed>(0).strength(0.04))
      .force("y", forceY<Placed>(0).strength(0.06))
      .force("center", forceCenter<Placed>(0, 0).strength(0.02))
      .on("tick", () => this.place());
  }

  /** Show these; what was there stays where it is, and what is new comes out of what it belongs to. */
  show(nodes: Node[], edges: Edge[], chosen: string | null): void {
    const before = new Map(this.nodes.map((it) => [it.id, it]));
    const fresh = nodes.some((it) => !before.has(it.id)) || nodes.length !== before.size;
    const next = new Map(nodes.map((it) => [it.id, before.get(it.id) ?? ({ ...it } as Placed)]));
    for (const { source, target } of edges) {
      const [one, other] = [next.get(source), next.get(target)];
      if (!one || !other) continue;
      for (const [from, to] of [[one, other], [other, one]] as const) {
        if (to.x === undefined && from.x !== undefined) [to.x, to.y] = [from.x + 30 * Math.cos(next.size + to.id.length), (from.y ?? 0) + 30 * Math.sin(next.size + to.label.length)];
      }
    }
    this.nodes = [...next.values()];
    this.lines = edges.filter((it) => next.has(it.source) && next.has(it.target)).map(({ source, target, name }) => ({ source, target, name }));
    this.draw(chosen, edges);
    this.simulation.nodes(this.nodes);
    this.simulation.force<ReturnType<typeof forceLink<Placed, Line>>>("link")?.links(this.lines);
    if (fresh) {
      this.simulation.stop().alpha(1).tick(before.size ? 40 : 220);
      this.place();
      if (!before.size) this.fit();
      this.simulation.alpha(0.15).restart();
    }
  }

  private draw(chosen: string | null, edges: Edge[]): void {
    this.strokes.clear();
    this.below.replaceChildren(
      ...this.lines.map((line) => {
        const stroke = make("line", { class: "edge" }) as SVGLineElement;
        stroke.append(make("title"));
        stroke.firstElementChild!.textContent = line.name;
        this.strokes.set(line, stroke);
        return stroke;
      }),
    );
    const near = new Set(edges.flatMap(({ source, target }) => (source === chosen ? [target] : target === chosen ? [source] : [])));
    for (const [id, mark] of this.marks) {
      if (!this.nodes.some((it) => it.id === id)) {
        mark.remove();
        this.marks.delete(id);
      }
    }
    for (const node of this.nodes) {
      const mark = this.marks.get(node.id) ?? this.mark(node);
      mark.classList.toggle("chosen", node.id === chosen);
      mark.classList.toggle("dim", chosen !== null && node.id !== chosen && !near.has(node.id));
      mark.setAttribute("aria-pressed", String(node.id === chosen));
    }
  }

  private mark(node: Placed): SVGGElement {
    const mark = make("g", { class: "node", tabindex: "0", role: "button", "data-type": node.type, "data-id": node.id, "aria-label": `${node.type}: ${node.label}` }) as SVGGElement;
    const label = make("text", { x: "11", y: "4" });
    const title = make("title");
    title.textContent = `${node.type}: ${node.label}`;
    label.textContent = shortened(node.label);
    mark.append(title, node.type === "Paper" ? make("rect", { x: "-7", y: "-7", width: "14", height: "14", rx: "3" }) : make("circle", { r: "8" }), label);
    mark.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.hooks.onOpen(node.id);
      else if (event.key === " ") this.hooks.onChoose(node.id);
      else return;
      event.preventDefault();
    });
    this.drag(mark, node);
    this.marks.set(node.id, mark);
    this.above.append(mark);
    return mark;
  }

  /** A press that moves drags, one that does not opens: the graph grows there. */
  private drag(mark: SVGGElement, node: Placed): void {
    mark.addEventListener("pointerdown", (down) => {
      down.stopPropagation();
      let moved = false;
      const move = (event: PointerEvent) => {
        if (!moved && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < 4) return;
        moved = true;
        const matrix = this.view.getScreenCTM()?.inverse();
        const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
        [node.fx, node.fy] = [point.x, point.y];
        this.simulation.alphaTarget(0.2).restart();
      };
      const up = () => {
        removeEventListener("pointermove", move);
        removeEventListener("pointerup", up);
        this.simulation.alphaTarget(0);
        if (!moved) this.hooks.onOpen(node.id);
      };
      addEventListener("pointermove", move);
      addEventListener("pointerup", up);
    });
  }

  private place(): void {
    for (const [line, stroke] of this.strokes) {
      const [source, target] = [line.source as Placed, line.target as Placed];
      for (const [name, at] of [["x1", source.x], ["y1", source.y], ["x2", target.x], ["y2", target.y]] as const) stroke.setAttribute(name, String(Math.round(at ?? 0)));
    }
    for (const node of this.nodes) {
      const mark = this.marks.get(node.id);
      mark?.setAttribute("transform", `translate(${Math.round(node.x ?? 0)} ${Math.round(node.y ?? 0)})`);
      const left = (node.x ?? 0) < -20; // labels point outward, where there is room
      mark?.lastElementChild?.setAttribute("x", left ? "-11" : "11");
      mark?.lastElementChild?.setAttribute("text-anchor", left ? "end" : "start");
    }
  }

  fit(): void {
    const { width, height } = this.picture.getBoundingClientRect();
    if (!this.nodes.length || !width) return;
    const xs = this.nodes.map((it) => it.x ?? 0);
    const ys = this.nodes.map((it) => it.y ?? 0);
    const [left, right, top, bottom] = [Math.min(...xs) - 170, Math.max(...xs) + 190, Math.min(...ys) - 30, Math.max(...ys) + 30];
    const scale = Math.min(1.6, width / (right - left), height / (bottom - top));
    const transform = zoomIdentity.translate(width / 2 - (scale * (left + right)) / 2, height / 2 - (scale * (top + bottom)) / 2).scale(scale);
    select(this.picture).call(this.zooming.transform, transform);
  }

  scale(by: number): void {
    select(this.picture).call(this.zooming.scaleBy, by);
  }

  stop(): void {
    this.simulation.stop();
  }
}
