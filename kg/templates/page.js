// The page around the drawing: address, card, legend, list, search and keys.
"use strict";

const calls = (id, event, does) => $(id).addEventListener(event, does);

// ---- What is chosen stands in the address: links, bookmarks and the back button all go one way

const ends = new Map([...links, ...pairs].map(([one, other]) => [`${one}+${other}`, [one, other]]));
const addresses = new Map([...things.keys(), ...ends.keys()].map(key => [`#${encodeURI(key)}`, key]));
let coming = {};  // how what comes next was asked for
let opener = null;  // what had the focus before the card

// With `still` the drawing stays where it is; with `focus` the card takes the focus, and gives it back when it closes.
function choose(key, how = {}) {
  if (how.focus) opener = document.activeElement;
  if (key === state.chosen) {
    if (how.focus) $("card").focus();
    return;
  }
  coming = how;
  location.hash = key === null ? "" : encodeURI(key);
}

function arrive() {
  const { still, focus } = coming;
  const key = addresses.get(location.hash) ?? null;
  const ids = key === null ? [] : ends.get(key) ?? [key];
  coming = {};
  state.chosen = key;
  if (roles.has(key) || ids.some(isPaper)) state.alone = false;
  else if (shared.has(key)) state.alone = true;
  for (const id of ids) state.hidden.delete(things.get(id).type);
  const card = $("card");
  card.hidden = key === null;
  if (key !== null) {
    const content = ends.has(key) ? linkCard(...ids) : isPaper(key) ? paperCard(key) : conceptCard(key);
    card.replaceChildren(...content.flat(3).filter(child => child !== null));
    card.setAttribute("aria-label", ids.map(id => things.get(id).label).join(" and "));
    card.scrollTop = 0;
    $("hint").hidden = true;
  }
  refresh();
  if (!still) centre(ids.filter(visible));
  if (focus) card.focus({ preventScroll: true });
}

function close() {
  choose(null);
  opener?.focus();
  opener = null;
}

network.on("click", ({ pointer }) => choose(under(pointer.DOM), { still: true }));

// ---- Legend

const switches = new Map(Object.keys(TYPES).map(type => [type, element("button", {
  type: "button", "data-type": type, title: "Double-click to see only these",
  click: () => { if (!state.hidden.delete(type)) state.hidden.add(type); refresh(); },
  dblclick: () => { state.hidden = new Set(Object.keys(TYPES).filter(other => other !== type)); refresh(); },
}, icon(type), element("span", { class: "name" }, TYPES[type][0]), element("span", { class: "aside" }))]));
$("legend").append(...switches.values());

// Everything beside the card follows the state.
function refresh() {
  draw();
  $("with-papers").setAttribute("aria-pressed", !state.alone);
  $("concepts-alone").setAttribute("aria-pressed", state.alone);
  for (const [type, button] of switches) {
    const count = [...things.keys()].filter(id => things.get(id).type === type && drawnIn(id)).length;
    button.hidden = count === 0;
    button.setAttribute("aria-pressed", !state.hidden.has(type));
    button.lastChild.textContent = number(count);
  }
  list();
}

for (const [id, alone] of [["with-papers", false], ["concepts-alone", true]]) {
  calls(id, "click", () => {
    state.alone = alone;
    if (state.chosen !== null && (ends.has(state.chosen) || isPaper(state.chosen))) choose(null);
    refresh();
    whole();
  });
}

// ---- List: one stop for Tab, arrow keys inside

const items = new Map();

function item(id) {
  const { type, papers: count } = things.get(id);
  const link = element("a", { href: `#${encodeURI(id)}`, "data-type": type, tabindex: "-1" }, icon(type), name(id),
    count ? element("span", { class: "aside", title: `${count} papers` }, number(count)) : null);
  link.addEventListener("click", event => { if (event.detail === 0) { event.preventDefault(); choose(id, { focus: true }); } });
  return element("li", {}, link);
}

function list() {
  const shown = [...ranked.filter(id => !isPaper(id)), ...papers].filter(visible);
  for (const id of shown) if (!items.has(id)) items.set(id, item(id));
  const wanted = shown.map(id => items.get(id));
  const now = [...$("list").children];
  if (wanted.length !== now.length || wanted.some((row, place) => row !== now[place])) $("list").replaceChildren(...wanted);
  for (const id of shown) {
    const link = items.get(id).firstChild;
    if (id === state.chosen) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    link.tabIndex = id === (shown.includes(state.chosen) ? state.chosen : shown[0]) ? 0 : -1;
  }
  items.get(state.chosen)?.scrollIntoView?.({ block: "nearest" });
}

calls("list", "keydown", event => {
  const rows = [...$("list").querySelectorAll("a")];
  const at = rows.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1, PageDown: at + 12, PageUp: at - 12 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  rows[Math.max(0, Math.min(rows.length - 1, to))]?.focus();
});

calls("fold", "click", () => $("fold").setAttribute("aria-expanded", $("fold").getAttribute("aria-expanded") !== "true"));

// ---- Search, by label and by every other name

const FOUND = 12;
const spelt = [...things].map(([id, thing]) => [id, [thing.label, ...thing.also ?? []].map(text => [text, fold(text)])]);
let active = -1;

function rank(text, asked) {
  const at = text.indexOf(asked);
  if (at < 0) return null;
  if (text === asked) return 0;
  return at === 0 ? 1 : /[\p{L}\p{N}]/u.test(text[at - 1]) ? 3 : 2;
}

function matches(asked) {
  const weight = id => things.get(id).papers ?? 0;
  return spelt.flatMap(([id, names]) => {
    const [best] = names.map(([text, folded]) => ({ id, text, rank: rank(folded, asked) }))
      .filter(match => match.rank !== null).sort((one, other) => one.rank - other.rank);
    return best ? [best] : [];
  }).sort((one, other) => one.rank - other.rank || weight(other.id) - weight(one.id)).slice(0, FOUND);
}

function suggest() {
  const asked = fold($("search").value.trim());
  const found = asked ? matches(asked) : [];
  $("found").replaceChildren(...found.map(({ id, text }, place) => {
    const { label, type, papers: count } = things.get(id);
    const why = text === label ? count ? `${count} paper${count === 1 ? "" : "s"}` : type : text;
    const option = element("li", { id: `found-${place}`, role: "option", "aria-selected": "false", "data-key": id },
      icon(type), name(id), element("bdi", { class: "aside" }, why));
    option.addEventListener("pointerdown", event => { event.preventDefault(); take(id); });
    return option;
  }));
  if (asked && !found.length) $("found").append(element("li", { class: "none", role: "option", "aria-disabled": "true" }, "Nothing goes by this name."));
  $("found").hidden = !asked;
  $("search").setAttribute("aria-expanded", Boolean(asked));
  $("said").textContent = asked ? `${found.length} found` : "";
  activate(found.length ? 0 : -1);
}

function activate(place) {
  active = place;
  [...$("found").children].forEach((option, at) => option.setAttribute("aria-selected", at === place));
  if (place < 0) $("search").removeAttribute("aria-activedescendant");
  else $("search").setAttribute("aria-activedescendant", `found-${place}`);
  $("found").children[place]?.scrollIntoView({ block: "nearest" });
}

function dismiss() {
  $("found").hidden = true;
  $("search").setAttribute("aria-expanded", "false");
  activate(-1);
}

function take(id) {
  $("search").value = "";
  dismiss();
  choose(id, { focus: true });
}

calls("search", "input", suggest);
calls("search", "blur", dismiss);
calls("search", "focus", suggest);
calls("search", "keydown", event => {
  const options = [...$("found").querySelectorAll("[data-key]")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && options.length) activate((active + step + options.length) % options.length);
  else if (event.key === "Enter" && active >= 0) take(options[active].dataset.key);
  else if (event.key === "Escape" && !$("found").hidden) dismiss();
  else return;
  event.preventDefault();
  event.stopPropagation();
});

// ---- Keys, buttons, light and dark

const KEYS = { "+": () => zoom(1.3), "=": () => zoom(1.3), "-": () => zoom(1 / 1.3), 0: () => whole(), "/": () => $("search").focus() };

document.addEventListener("keydown", event => {
  if (event.key === "Escape") close();
  if (event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS)) return;
  event.preventDefault();
  KEYS[event.key]();
});

calls("nearer", "click", KEYS["+"]);
calls("farther", "click", KEYS["-"]);
calls("whole", "click", KEYS[0]);

const dark = matchMedia("(prefers-color-scheme: dark)");
const repaint = () => { readColours(); draw(); };
calls("theme", "click", () => {
  const root = document.documentElement;
  root.dataset.theme = (root.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark" ? "light" : "dark";
  repaint();
});
dark.addEventListener("change", repaint);
addEventListener("hashchange", arrive);

readColours();
arrive();
if (state.chosen === null) whole();
