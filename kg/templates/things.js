// What the page knows, and how it makes elements: whatever comes from the data becomes text, never HTML.
"use strict";
const { things: known, links, pairs } = JSON.parse(document.getElementById("data").textContent);
const things = new Map(Object.entries(known));
const TYPES = {  // what a type's things are called, and its shape in a circle of radius 1
  Method: ["Methods", "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z"],
  Model: ["Models", "M0-1.2L1.1 0L0 1.2L-1.1 0Z"],
  Software: ["Software", "M1.05 0L.53.92H-.53L-1.05 0L-.53-.92H.53Z"],
  Dataset: ["Datasets", "M-.85-.65C-.85-1.1.85-1.1.85-.65V.65C.85 1.1-.85 1.1-.85.65Z"],
  Task: ["Tasks", "M0-1.15L1.1.85H-1.1Z"],
  Metric: ["Metrics", "M0-1.2L.33-.42L1.16-.36L.53.2L.72 1L0 .56L-.72 1L-.53.2L-1.16-.36L-.33-.42Z"],
  Hardware: ["Hardware", "M-.88-.88H.88V.88H-.88Z"],
  Paper: ["Papers", "M-.75-1H.3L.75-.5V1H-.75Z"],
};
const ROLES = {
  introduces: "introduces", usesMethod: "uses", usesDataset: "uses", usesHardware: "uses",
  addressesTask: "addresses", reportsMetric: "reports", broader: "is a kind of",
};
const FIRST = 20;  // papers, and
const FIRST_RESULTS = 10;  // results, on a card before "show all"
const $ = id => document.getElementById(id);
const number = value => value.toLocaleString("en");
const fold = text => text.normalize("NFKC").toLowerCase();
const calm = matchMedia("(prefers-reduced-motion: reduce)");

// What is beside a thing, by a line in either direction; what a line says; what is narrower than a thing.
const near = new Map([...things.keys()].map(id => [id, []]));
const roles = new Map();
for (const [one, other, how] of links) {
  roles.set(`${one}+${other}`, how);
  near.get(one).push(other);
  near.get(other).push(one);
}
const shared = new Map(pairs.map(([one, other, papers]) => [`${one}+${other}`, papers]));
const wider = id => links.filter(([one, , how]) => one === id && how.includes("broader")).map(([, other]) => other);
const narrower = id => links.filter(([, other, how]) => other === id && how.includes("broader")).map(([one]) => one);
const isPaper = id => things.get(id).type === "Paper";
const papers = [...things.keys()].filter(isPaper);
const marks = sentences => sentences.flat().filter(Array.isArray);  // [text, concept, confidence]
const sentencesOf = paper => [...things.get(paper).title, ...things.get(paper).abstract];
const namesIn = (paper, concept) => sentencesOf(paper).filter(pieces => marks([pieces]).some(mark => mark[1] === concept));
const naming = new Map();  // the papers on this page that name a concept
for (const paper of papers) {
  for (const id of new Set([...marks(sentencesOf(paper)).map(mark => mark[1]), ...near.get(paper)])) {
    naming.set(id, [...naming.get(id) ?? [], paper]);
  }
}

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat(2).filter(child => child !== null && child !== undefined));
  return made;
}

function icon(type) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "-1.2 -1.2 2.4 2.4");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.dataset.type = type;
  path.setAttribute("d", TYPES[type][1]);
  svg.append(path);
  return svg;
}

const name = (id, className = "") => element("bdi", { class: `name ${className}` }, things.get(id).label);
const outside = (url, ...children) =>
  element("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, ...children);
const pill = id => element("a", { class: "pill", href: `#${encodeURI(id)}`, "data-type": things.get(id).type },
  icon(things.get(id).type), name(id));
const heading = (text, remark) => element("h3", {}, text, remark ? element("small", {}, ` ${remark}`) : null);
