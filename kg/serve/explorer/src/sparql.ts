/** Asking the endpoint. Every panel of the explorer is the answer to a query that can be opened in the editor. */

export interface Term {
  type: "uri" | "literal" | "bnode";
  value: string;
  datatype?: string;
}
export type Row = Record<string, Term | undefined>;
export interface Answer {
  columns: string[];
  rows: Row[];
}
export type Triple = [Term, Term, Term];

/** What the server says when it does not answer, in one line. */
export class Refused extends Error {}

const JSON_ROWS = "application/sparql-results+json";
const LONGEST_ADDRESS = 4000; // characters; longer queries are posted, and no cache knows them

export async function fetched(address: string, options: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Refused("The server does not answer; is `kg serve` still running?");
  }
  if (!response.ok) throw new Refused((await response.text()).trim() || `The server says ${response.status}.`);
  return response;
}

async function asked(query: string, accept: string, signal?: AbortSignal): Promise<Response> {
  const encoded = new URLSearchParams({ query });
  const address = `/sparql?${encoded}`;
  const headers = { Accept: accept };
  if (address.length < LONGEST_ADDRESS) return fetched(address, { headers, signal });
  return fetched("/sparql", { method: "POST", body: encoded, headers, signal });
}

export const ask = async (query: string, signal?: AbortSignal): Promise<Answer> => (await askAny(query, signal)).answer;

/** Rows, or triples for CONSTRUCT and DESCRIBE; and whether they are triples. */
export async function askAny(query: string, signal?: AbortSignal): Promise<{ answer: Answer; triples?: Triple[] }> {
  const response = await asked(query, `${JSON_ROWS}, application/n-triples;q=0.9`, signal);
  const type = response.headers.get("Content-Type") ?? "";
  if (!type.startsWith("application/n-triples")) {
    const found = await response.json();
    if (typeof found.boolean !== "boolean") return { answer: { columns: found.head.vars, rows: found.results.bindings } };
    return { answer: { columns: ["answer"], rows: [{ answer: { type: "literal", value: String(found.boolean) } }] } };
  }
  const triples = (await response.text()).split("\n").filter(Boolean).map(parsed);
  const rows = triples.map(([subject, predicate, object]) => ({ subject, predicate, object }));
  return { answer: { columns: ["subject", "predicate", "object"], rows }, triples };
}

const TRIPLE = /^(\S+) (\S+) (.+) \.$/;
const LITERAL = /^"((?:[^"\\]|\\.)*)"(?:\^\^<([^>]*)>|@[\w-]+)?$/;

/** A line of N-Triples as the server writes it. */
function parsed(line: string): Triple {
  const [, subject, predicate, object] = TRIPLE.exec(line) ?? [];
  return [term(subject ?? ""), term(predicate ?? ""), term(object ?? "")];
}

function term(written: string): Term {
  if (written.startsWith("<")) return { type: "uri", value: unescaped(written.slice(1, -1)) };
  const literal = LITERAL.exec(written);
  if (literal) return { type: "literal", value: unescaped(literal[1] ?? ""), datatype: literal[2] };
  return { type: "bnode", value: written };
}

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", '"': '"', "'": "'", "\\": "\\" };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (_, short, long, one) =>
    one ? (ESCAPES[one] ?? one) : String.fromCodePoint(parseInt(short ?? long, 16)),
  );
}

export const value = (row: Row, name: string): string => row[name]?.value ?? "";
export const number = (row: Row, name: string): number => Number(row[name]?.value ?? NaN);
