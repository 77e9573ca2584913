/** Values over time, and bars: small charts in SVG, which screen readers and exports can read. */

import type { ComponentChildren } from "preact";
import { scaleLinear, scaleTime } from "d3-scale";
import { useId, useRef } from "preact/hooks";
import { fileName } from "./names";
import { savePicture } from "./picture";

export interface Point {
  date: string;
  value: number;
  group: string;
  title: string;
  href: string;
}
export interface Bar {
  name: string;
  value: number;
}

const [HEIGHT, LEFT, BELOW, ABOVE] = [220, 52, 28, 14];
const [WIDE, NARROW] = [720, 360];

/** The middle of what a date leaves open: of a year, or of a month. */
function moment(date: string): Date {
  const [year = 2000, month, day] = date.split("-").map(Number);
  return new Date(Date.UTC(year, (month ?? 7) - 1, day ?? 15));
}

function Frame({ name, width, children }: { name: string; width: number; children: ComponentChildren }) {
  const id = useId();
  const picture = useRef<SVGSVGElement>(null);
  return (
    <figure class="chart">
      <svg ref={picture} viewBox={`0 0 ${width} ${HEIGHT}`} role="group" aria-labelledby={id}>
        <title id={id}>{name}</title>
        {children}
      </svg>
      <figcaption>
        {(["svg", "png"] as const).map((format) => <button type="button" class="quiet" aria-label={`Save the chart as ${format.toUpperCase()}`} onClick={() => picture.current && savePicture(picture.current, fileName(name), format)}>{format.toUpperCase()}</button>)}
      </figcaption>
    </figure>
  );
}

export function Chart({ points, unit, name }: { points: Point[]; unit: string; name: string }) {
  const dates = points.map(({ date }) => moment(date));
  const values = points.map(({ value }) => value);
  const x = scaleTime().domain([new Date(Math.min(...dates.map(Number)) - 864e5 * 15), new Date(Math.max(...dates.map(Number)) + 864e5 * 15)]).range([LEFT, WIDE - 12]);
  const y = scaleLinear().domain([Math.min(...values), Math.max(...values)]).nice().range([HEIGHT - BELOW, ABOVE]);
  const tickName = x.tickFormat(6);
  return (
    <Frame width={WIDE} name={`${name} over time${unit ? `, in ${unit}` : ""}`}>
      {y.ticks(5).map((tick) => (
        <g class="tick"><line x1={LEFT} x2={WIDE - 12} y1={y(tick)} y2={y(tick)} /><text x={LEFT - 6} y={y(tick) + 4} text-anchor="end">{y.tickFormat(5)(tick)}</text></g>
      ))}
      {x.ticks(6).map((tick) => <text class="tick" x={x(tick)} y={HEIGHT - 8} text-anchor="middle">{tickName(tick)}</text>)}
      {points.map((point, at) => (
        <a href={point.href} aria-label={point.title}><circle cx={x(dates[at]!)} cy={y(point.value)} r={5} data-type="Metric"><title>{point.title}</title></circle></a>
      ))}
    </Frame>
  );
}

export function Bars({ bars, name, narrow }: { bars: Bar[]; name: string; narrow?: boolean }) {
  const width = narrow ? NARROW : WIDE;
  const whole = bars.every(({ value }) => Number.isInteger(value));
  const y = scaleLinear().domain([Math.min(0, ...bars.map(({ value }) => value)), Math.max(0, ...bars.map(({ value }) => value))]).nice().range([HEIGHT - BELOW, ABOVE]);
  const step = (width - LEFT - 12) / bars.length;
  const every = Math.ceil((bars.length * 64) / (width - LEFT));
  return (
    <Frame name={name} width={width}>
      {y.ticks(4).filter((tick) => !whole || Number.isInteger(tick)).map((tick) => (
        <g class="tick"><line x1={LEFT} x2={width - 12} y1={y(tick)} y2={y(tick)} /><text x={LEFT - 6} y={y(tick) + 4} text-anchor="end">{y.tickFormat(4)(tick)}</text></g>
      ))}
      {bars.map((bar, at) => (
        <g>
          <rect x={LEFT + at * step + step * 0.1} width={Math.min(step * 0.8, 60)} y={Math.min(y(bar.value), y(0))} height={Math.abs(y(0) - y(bar.value))} data-type="Paper"><title>{`${bar.name}: ${bar.value}`}</title></rect>
          {at % every === 0 ? <text class="tick" x={LEFT + at * step + step * 0.1} y={HEIGHT - 8}>{bar.name.length > 12 ? `${bar.name.slice(0, 11)}…` : bar.name}</text> : null}
        </g>
      ))}
    </Frame>
  );
}
