// What is told about a thing, or about the line between two.
"use strict";

function sentence(pieces, only = null) {
  return pieces.map(piece => {
    if (typeof piece === "string") return piece;
    const [text, id] = piece;
    if (only && !only.includes(id)) return text;
    const type = things.get(id).type;
    return element("a", { class: "named", href: `#${encodeURI(id)}`, title: type }, element("mark", { "data-type": type }, text));
  });
}

const part = (shown, all) => (shown < all ? `showing ${shown} of ${number(all)}` : number(all));
const quotes = (sentences, only) => sentences.map(pieces => element("blockquote", {}, sentence(pieces, only)));

function figure(value) {
  if (!/^[+-]?\d+(\.\d+)?$/.test(value)) return value.replace(/E\+?(-?\d+)$/i, " × 10^$1");
  const [whole, places] = value.split(".");
  return whole.length > 4 ? number(BigInt(whole)) + (places ? `.${places}` : "") : value;
}

function amount(fact) {
  const range = fact.low && fact.high ? `${figure(fact.low)}–${figure(fact.high)}` : null;
  const value = range ?? fact.formula ?? (fact.value ? figure(fact.value) : "");
  return { value, unit: fact.unit ? `\u202f${fact.unit === "x" ? "×" : fact.unit}` : "" };
}

// A row a result: its value, then the metric and its other roles in words; what the card is about goes without saying.
function results(rows, about) {
  const words = { metric: "", subject: "of ", dataset: "on ", hardware: "with ", baseline: "against ", paper: "in " };
  const row = result => {
    const { value, unit } = amount(result);
    const before = result.formulaBefore ?? (result.before ? figure(result.before) + unit : null);
    const told = Object.entries(words).filter(([role]) => result.roles[role] && result.roles[role] !== about);
    return element("tr", {},
      element("td", { class: "value" }, result.qualifier ? `${result.qualifier} ` : null, element("b", {}, value), unit,
        before ? element("small", {}, `from ${before}`) : null,
        result.change && result.unit !== "x" ? element("small", {}, result.change) : null),
      element("td", {}, told.map(([role, word], place) => element(place ? "small" : "div", { class: role }, word,
        element("a", { href: `#${encodeURI(result.roles[role])}` }, name(result.roles[role]))))));
  };
  const body = element("tbody", {}, rows.slice(0, FIRST_RESULTS).map(row));
  const header = ["Value", "What was measured"].map(text => element("th", { scope: "col" }, text));
  return [element("table", {}, element("thead", {}, element("tr", {}, header)), body),
    more(rows, FIRST_RESULTS, rest => body.append(...rest.map(row)))];
}

// A button that brings the rest of a list, when there is one.
function more(all, first, add) {
  if (all.length <= first) return null;
  const button = element("button", { type: "button", class: "more", click: () => {
    add(all.slice(first));
    button.remove();
  } }, `Show all ${all.length} on this page`);
  return button;
}

const about = (paper, id) => things.get(paper).results
  .filter(({ roles: named }) => Object.values(named).includes(id))
  .map(result => ({ ...result, roles: { ...result.roles, paper } }));

const bare = url => url.replace(/^https?:\/\//, "");

function head(...children) {
  const close = element("button", { type: "button", class: "round close", "aria-label": "Close", click: () => choose(null) }, "✕");
  return element("header", {}, ...children, close);
}

function roleLink(paper, concept) {
  const key = `${paper}+${concept}`;
  const words = (roles.get(key) ?? []).map(role => ROLES[role] ?? role).join(", ");
  return words ? element("a", { class: "role", href: `#${encodeURI(key)}` }, words) : null;
}

function date(text) {
  const [, year, month, day] = /^(?:(\d{4})|-)(?:-(\d\d))?(?:-(\d\d))?$/.exec(text ?? "") ?? [];
  if (!month) return year ?? null;
  const when = new Date(Date.UTC(Number(year ?? 2000), month - 1, Number(day ?? 1)));
  return when.toLocaleDateString("en-GB", { timeZone: "UTC", month: "short", ...(day && { day: "numeric" }), ...(year && { year: "numeric" }) });
}

function paperItem(paper, concepts) {
  const found = [...new Set(concepts.flatMap(concept => namesIn(paper, concept)))];
  return element("li", {},
    element("a", { class: "title", href: `#${encodeURI(paper)}` }, name(paper)),
    element("div", { class: "role" }, concepts.length === 1 ? roleLink(paper, concepts[0]) : null,
      date(things.get(paper).date) && concepts.length === 1 ? " · " : null, date(things.get(paper).date)),
    quotes(found.slice(0, 2), concepts),
    found.length > 2 ? element("p", { class: "role" }, `and in ${found.length - 2} more of its sentences`) : null);
}

function paperList(here, total, concepts) {
  const list = element("ul", { class: "papers" }, here.slice(0, FIRST).map(paper => paperItem(paper, concepts)));
  return [heading(total === 1 ? "Paper" : "Papers", part(Math.min(here.length, FIRST), total)), list,
    more(here, FIRST, rest => list.append(...rest.map(paper => paperItem(paper, concepts))))];
}

function relation(words, ids) {
  return ids.length ? element("div", { class: "pills" }, element("span", {}, words), ids.map(pill)) : null;
}

function conceptCard(id) {
  const thing = things.get(id);
  const introduces = paper => (roles.get(`${paper}+${id}`) ?? []).includes("introduces");
  const here = (naming.get(id) ?? []).toSorted((one, other) => introduces(other) - introduces(one)
    || (things.get(other).date ?? "").localeCompare(things.get(one).date ?? "") || one.localeCompare(other));
  const rows = here.flatMap(paper => about(paper, id));
  return [
    head(icon(thing.type), thing.type),
    element("h2", {}, name(id)),
    thing.also.length ? element("p", { class: "meta name" }, `Also ${thing.also.join(", ")}`) : null,
    thing.facts.length ? element("p", { class: "meta" }, thing.facts.join(" · ")) : null,
    relation("is a kind of", wider(id)),
    relation("has kinds", narrower(id)),
    relation("often goes with", thing.near),
    thing.months?.length > 1 ? element("p", { class: "meta" }, `Papers by month: ${thing.months.join(" · ")}`) : null,
    thing.community ? element("p", { class: "meta" }, `In the community of ${thing.community}`) : null,
    thing.same.length ? element("p", { class: "meta" }, "Elsewhere: ", thing.same.map(url => [outside(url, bare(url).split("/")[0]), " "])) : null,
    rows.length ? [heading("Results", part(Math.min(rows.length, FIRST_RESULTS), thing.results)), results(rows, id)] : null,
    here.length || thing.papers ? paperList(here, Math.max(thing.papers, here.length), [id]) : null,
  ];
}

function authors({ authors: names, authorCount }) {
  if (!names.length) return authorCount ? `${authorCount} author${authorCount === "1" ? "" : "s"}` : null;
  return names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}

function paperCard(id) {
  const paper = things.get(id);
  const meta = [date(paper.date), authors(paper), paper.upvotes ? `${paper.upvotes} upvotes` : null].filter(Boolean);
  const groups = Map.groupBy(near.get(id), concept => (roles.get(`${id}+${concept}`) ?? []).map(role => ROLES[role]).join(", "));
  const sizes = paper.sizes.map(size => {
    const { value, unit } = amount(size);
    const kind = size.kind && size.kind !== "other" ? ` ${size.kind.replaceAll("_", " ")}` : null;
    return element("li", {}, element("b", {}, value), unit, element("span", {}, kind,
      size.roles.of ? [" of ", element("a", { href: `#${encodeURI(size.roles.of)}` }, name(size.roles.of))] : null));
  });
  return [
    head(icon("Paper"), "Paper"),
    element("h2", {}, paper.url ? outside(paper.url, name(id)) : name(id)),
    meta.length ? element("p", { class: "meta" }, element("bdi", {}, meta.join(" · "))) : null,
    paper.code.map(url => element("p", { class: "meta name" }, "Code: ", outside(url, bare(url)))),
    paper.results.length ? [heading("Results", part(Math.min(paper.results.length, FIRST_RESULTS), paper.results.length)), results(paper.results, id)] : null,
    paper.abstract.length ? heading("Abstract") : null,
    element("p", { class: "abstract" }, paper.abstract.flatMap((pieces, place) => [place ? " " : null, ...sentence(pieces)])),
    sizes.length ? [heading("Sizes"), element("ul", { class: "sizes" }, sizes)] : null,
    groups.size ? heading("Concepts") : null,
    [...groups].map(([words, ids]) => relation(words, ids)),
    paper.near.length ? [heading("Papers like this"), element("ul", { class: "papers" }, paper.near.map(other => likePaper(id, other)))] : null,
  ];
}

// Another paper with what both name, the rarest first.
function likePaper(id, other) {
  const shared = near.get(id).filter(concept => near.get(other).includes(concept))
    .toSorted((one, two) => things.get(one).papers - things.get(two).papers || one.localeCompare(two));
  return element("li", {}, element("a", { class: "title", href: `#${encodeURI(other)}` }, name(other)),
    element("div", { class: "role" }, "both name ", shared.slice(0, 4).flatMap((concept, place) => [place ? ", " : null, name(concept)]),
      shared.length > 4 ? ` and ${shared.length - 4} more` : null));
}

// The evidence behind a line: between a paper and a concept, between two concepts, or from narrow to wide.
function linkCard(one, other) {
  const how = (roles.get(`${one}+${other}`) ?? []).map(role => ROLES[role] ?? role).join(", ");
  const both = (naming.get(one) ?? []).filter(paper => (naming.get(other) ?? []).includes(paper));
  const ends = words => [head("Link"), element("div", { class: "pills" }, pill(one), element("span", {}, words), pill(other))];
  if (!isPaper(one)) {
    const total = shared.get(`${one}+${other}`);
    return how ? ends(how) : [...ends("with"), paperList(both, total ?? both.length, [one, other])];
  }
  const found = namesIn(one, other);
  const scores = marks(found).filter(([, id, score]) => id === other && score !== null).map(mark => mark[2]);
  const rows = about(one, other);
  return [
    ...ends(how || "names"),
    heading(found.length === 1 ? "The sentence" : "The sentences", scores.length ? `confidence ${Math.max(...scores)}` : null),
    found.length ? quotes(found, [other]) : element("p", { class: "meta" }, "This graph was built without its sentences."),
    rows.length ? [heading("Results"), results(rows, one)] : null,
  ];
}
