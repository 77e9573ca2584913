/** A text with what was found in it: mentions by type, and the stretches that state numbers. Offsets count code points. */

import { pageOf } from "./names";

export interface Mark {
  start: number;
  end: number;
  type: string;
  concept: string;
  label: string;
  score: number;
  by?: string;
}
export interface Quote {
  id: string;
  start: number;
  end: number;
}

interface Props {
  text: string;
  marks: Mark[];
  quotes: Quote[];
  /** The quotes, and the concepts, that are pointed at elsewhere. */
  lit: ReadonlySet<string>;
  onPoint: (things: string[]) => void;
  linked?: boolean;
}

export function Marked({ text, marks, quotes, lit, onPoint, linked = true }: Props) {
  const points = [...text];
  const newline = points.indexOf("\n");
  const cuts = [...new Set([0, newline, newline + 1, points.length, ...marks.flatMap((it) => [it.start, it.end]), ...quotes.flatMap((it) => [it.start, it.end])])]
    .filter((at) => at >= 0 && at <= points.length)
    .sort((one, other) => one - other);
  const pieces = cuts.slice(0, -1).map((start, at) => {
    const end = cuts[at + 1]!;
    const mark = marks.find((it) => it.start <= start && end <= it.end);
    const around = quotes.filter((it) => it.start <= start && end <= it.end).map((it) => it.id);
    return { start, text: points.slice(start, end).join(""), mark, around };
  });
  const piece = ({ start, text: said, mark, around }: (typeof pieces)[number]) => {
    const quoted = around.length ? `quote${around.some((id) => lit.has(id)) ? " lit" : ""}` : "";
    const inner = mark ? <Name mark={mark} said={said} lit={lit.has(mark.concept)} onPoint={onPoint} linked={linked} around={around} /> : said;
    return quoted ? <span id={`at-${start}`} class={quoted} onMouseEnter={() => onPoint(around)} onMouseLeave={() => onPoint([])}>{inner}</span> : inner;
  };
  return (
    <>
      <h1 class="marked">{pieces.filter(({ start }) => start < newline).map(piece)}</h1>
      <p class="marked abstract">{pieces.filter(({ start }) => start > newline).map(piece)}</p>
    </>
  );
}

function Name({ mark, said, lit, onPoint, linked, around }: { mark: Mark; said: string; lit: boolean; onPoint: Props["onPoint"]; linked: boolean; around: string[] }) {
  const told = `${mark.type}: ${mark.label}, score ${mark.score.toFixed(2)}${mark.by ? `, found by ${mark.by}` : ""}`;
  const point = { onMouseEnter: () => onPoint([mark.concept, ...around]), onFocus: () => onPoint([mark.concept, ...around]), onMouseLeave: () => onPoint([]), onBlur: () => onPoint([]) };
  const page = linked ? pageOf(mark.concept) : null;
  const look = { class: lit ? "name lit" : "name", "data-type": mark.type, "data-told": told, title: told };
  return page ? <a href={page} {...look} {...point}>{said}</a> : <mark {...look} {...point}>{said}</mark>;
}
