/** Parts that many pages have: a thing's link, a table, a search box with suggestions, what is loading or went wrong. */

import type { ComponentChildren } from "preact";
import { useId, useMemo, useRef, useState } from "preact/hooks";
import { useJson, useRested, type Loaded } from "./hooks";
import { address, compact, pageOf } from "./names";
import type { Term } from "./sparql";

export interface Found {
  iri: string;
  label: string;
  type: string;
  name: string;
  papers: number;
  year: string | null;
}

export function Thing({ iri, label, type }: { iri: string; label?: string; type?: string }) {
  const page = pageOf(iri);
  const name = <bdi>{label || compact(iri)}</bdi>;
  const mark = type ? <span class="dot" data-type={type} title={type} /> : null;
  if (page) return <a class="thing" href={page}>{mark}{name}</a>;
  if (/^https?:/.test(iri)) return <a class="thing" href={iri} rel="noreferrer noopener">{mark}{name}</a>;
  return <span class="thing">{mark}{name}</span>;
}

export function Kind({ type }: { type: string }) {
  return <span class="kind" data-type={type}>{type}</span>;
}

export function Waiting<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ComponentChildren }) {
  if (of.error) return <p class="problem" role="alert">{of.error.message}</p>;
  if (of.data === undefined) return <p class="waiting" role="status">Loading…</p>;
  return <>{children(of.data)}</>;
}

export function Panel({ title, query, children }: { title: string; query?: string | null; children: ComponentChildren }) {
  const id = useId();
  return (
    <section class="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {query ? <a class="quiet" href={address("/query", { query: query.trim() })} aria-label={`SPARQL behind “${title}”`}>SPARQL</a> : null}
      </header>
      {children}
    </section>
  );
}

export interface Column<T> {
  name: string;
  cell: (item: T) => ComponentChildren;
  /** What it is sorted and exported by; undefined sorts last. */
  key?: (item: T) => string | number | undefined;
  numeric?: boolean;
}

/** The items by a column: `name`, or `-name` for the highest first. */
export function sorted<T>(items: T[], columns: Column<T>[], by: string): T[] {
  const column = columns.find((it) => it.name === by.replace(/^-/, ""));
  if (!column?.key) return items;
  const key = column.key;
  const sign = by.startsWith("-") ? -1 : 1;
  return [...items].sort((one, other) => {
    const [a, b] = [key(one), key(other)];
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    return sign * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
  });
}

interface TableProps<T> {
  caption: string;
  columns: Column<T>[];
  items: T[];
  sort?: string;
  onSort?: (by: string) => void;
  row?: (item: T) => { id?: string; class?: string; onMouseEnter?: () => void; onMouseLeave?: () => void; onClick?: () => void };
}

export function Table<T>({ caption, columns, items, sort = "", onSort, row }: TableProps<T>) {
  const shown = useMemo(() => sorted(items, columns, sort), [items, columns, sort]);
  return (
    <div class="scrolls" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name, key, numeric }) => {
              const order = sort === name ? "ascending" : sort === `-${name}` ? "descending" : undefined;
              const mark = order === "ascending" ? " ▲" : order === "descending" ? " ▼" : "";
              return (
                <th scope="col" aria-sort={order} class={numeric ? "number" : undefined}>
                  {key && onSort ? <button type="button" onClick={() => onSort(order === "ascending" ? `-${name}` : name)}>{name}{mark}</button> : name}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {shown.map((item) => (
            <tr {...row?.(item)}>{columns.map(({ cell, numeric }) => <td class={numeric ? "number" : undefined}>{cell(item)}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Cell({ term }: { term?: Term }) {
  if (!term) return null;
  return term.type === "uri" ? <Thing iri={term.value} /> : <bdi>{term.value}</bdi>;
}

interface FinderProps {
  label: string;
  type?: string;
  value?: string;
  hint?: string;
  onChoose: (found: Found) => void;
  onSubmit?: (text: string) => void;
  onClear?: () => void;
}

/** A box that suggests papers and concepts while one types (the ARIA combobox pattern). */
export function Finder({ label, type, value = "", hint, onChoose, onSubmit, onClear }: FinderProps) {
  const id = useId();
  const [text, setText] = useState<string | null>(null);
  const [at, setAt] = useState(-1);
  const box = useRef<HTMLInputElement>(null);
  const typed = (text ?? "").trim();
  const rested = useRested(typed, 80);
  const { data } = useJson<Found[]>(rested ? address("/api/find", { q: rested, type, limit: "8" }) : null);
  const found = typed && text !== null ? (data ?? []) : [];

  function choose(it: Found) {
    setText(null);
    setAt(-1);
    onChoose(it);
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (found.length) setAt((at + step + found.length + (at < 0 && step < 0 ? 1 : 0)) % found.length);
    } else if (event.key === "Escape") {
      setText(null);
      setAt(-1);
    } else if (event.key === "Enter") {
      const chosen = found[at];
      event.preventDefault();
      if (chosen) choose(chosen);
      else if (onSubmit && typed) {
        setText(null);
        onSubmit(typed);
      } else if (found[0]) choose(found[0]);
    }
  }
  return (
    <div class="finder">
      <input
        ref={box} type="search" role="combobox" aria-label={label} placeholder={hint ?? label} autocomplete="off" spellcheck={false}
        aria-expanded={found.length > 0} aria-controls={`${id}-list`} aria-autocomplete="list"
        aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
        value={text ?? value}
        onInput={(event) => {
          const now = event.currentTarget.value;
          setText(now);
          setAt(-1);
          if (!now && onClear) onClear();
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setTimeout(() => setText(null), 150)}
      />
      <ul id={`${id}-list`} role="listbox" aria-label={`${label}: suggestions`} hidden={!found.length}>
        {found.map((it, place) => (
          <li
            id={`${id}-${place}`} role="option" aria-selected={place === at}
            onMouseDown={(event) => event.preventDefault()} onClick={() => choose(it)}
          >
            <span class="dot" data-type={it.type} /><bdi>{it.label}</bdi>
            {it.name !== it.label ? <small><bdi>{it.name}</bdi></small> : null}
            <small class="aside">{it.type === "Paper" ? it.year : `${it.type} · ${it.papers}`}</small>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function save(name: string, type: string, content: BlobPart): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** A table as CSV (RFC 4180); what a spreadsheet would take for a formula is quoted with an apostrophe. */
export function csv(columns: string[], rows: (string | number | undefined)[][]): string {
  const field = (value: string | number | undefined) => {
    const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : String(value ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}
