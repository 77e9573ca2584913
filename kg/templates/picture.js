// The drawing: vis-network moves and finds nodes; shapes and labels are drawn here, so that labels never overlap.
"use strict";

const state = { alone: false, hidden: new Set(), chosen: null, over: null };
const LABELS = 34;  // characters
const CELL = 60;  // pixels
const canvas = $("picture");
const probe = document.body.appendChild(element("span", { hidden: "" }));
const shapes = new Map(Object.entries(TYPES).map(([type, [, path]]) => [type, new Path2D(path)]));
const nodes = new vis.DataSet();
const edges = new vis.DataSet();
let ink, ground, quiet, tint;  // colours as the style sheet has them now
let drawn = null;  // which of the two drawings stands there
let lit = null;  // what is chosen and its neighbours, or null when nothing is

function colour(variable, type = "Paper") {
  probe.dataset.type = type;
  probe.style.color = `var(${variable})`;
  return getComputedStyle(probe).color;
}

function readColours() {
  [ink, ground, quiet] = ["--ink", "--paper", "--edge"].map(variable => colour(variable));
  tint = new Map(Object.keys(TYPES).map(type => [type, colour("--type", type)]));
}

const radius = id => Math.max(things.get(id).size, 3.2 / network.getScale());
const faint = id => lit !== null && !lit.has(id);

function nodeShape({ ctx, id, x, y }) {
  const size = radius(id);
  const { type } = things.get(id);
  const drawNode = () => {
    ctx.globalAlpha = faint(id) ? 0.18 : 1;
    if (id === state.chosen || id === state.over) {
      ctx.beginPath();
      ctx.arc(x, y, size * 1.25 + 3, 0, 2 * Math.PI);
      ctx.lineWidth = id === state.chosen ? 2.5 : 1.5;
      ctx.strokeStyle = tint.get(type);
      ctx.stroke();
    }
    ctx.translate(x, y);
    ctx.scale(size, size);
    ctx.lineWidth = 3 / size;
    ctx.strokeStyle = ground;
    ctx.stroke(shapes.get(type));
    ctx.fillStyle = tint.get(type);
    ctx.fill(shapes.get(type));
  };
  return { drawNode };
}

const network = new vis.Network(canvas, { nodes, edges }, {
  autoResize: true,
  physics: false,
  layout: { improvedLayout: false, randomSeed: 1 },
  nodes: { shape: "custom", ctxRenderer: nodeShape, chosen: false },
  edges: { smooth: false, chosen: false, hoverWidth: 0, selectionWidth: 0 },
  interaction: { hover: true, tooltipDelay: 1e6, dragNodes: true, keyboard: false, selectable: false },
});

canvas.firstChild.tabIndex = -1;  // the list is the keyboard's way through the drawing

// ---- What is visible

const drawnIn = id => things.get(id)[state.alone ? "alone" : "at"];
const visible = id => drawnIn(id) !== undefined && !state.hidden.has(things.get(id).type);
const lines = () => (state.alone ? pairs : links).filter(([one, other]) => visible(one) && visible(other));

function line([one, other, how]) {
  const id = `${one}+${other}`;
  const on = state.chosen === id || state.chosen === one || state.chosen === other;
  const type = things.get(isPaper(one) || other === state.chosen ? other : one).type;
  const width = state.alone ? Math.min(6, 0.6 + 0.6 * Math.sqrt(how)) : how.includes("introduces") ? 2.4 : 1;
  return {
    id, from: one, to: other, width: on ? width + 0.8 : width,
    dashes: !state.alone && how.includes("broader") && [4, 4],
    color: { color: on ? tint.get(type) : quiet, opacity: on ? 0.9 : (lit ? 0.25 : 0.8) * (state.alone ? 0.7 : 1), inherit: false },
  };
}

// Places are made for a wide screen; a tall one lays the picture on its side.
function place(id) {
  const [[x, y], { size }] = [drawnIn(id), things.get(id)];
  return canvas.clientHeight > canvas.clientWidth ? { id, size, x: y, y: x } : { id, size, x, y };
}

// Bring the drawing to what the state says; nodes that stay keep the place to which a hand has drawn them.
function draw() {
  const shown = lines();
  const beside = shown.filter(([one, other]) => [one, other, `${one}+${other}`].includes(state.chosen));
  const isThere = state.chosen !== null && (beside.length || (things.has(state.chosen) && visible(state.chosen)));
  lit = isThere ? new Set([state.chosen, ...beside.flatMap(([one, other]) => [one, other])]) : null;
  edges.clear();
  if (drawn !== state.alone) nodes.clear();
  drawn = state.alone;
  nodes.remove(nodes.getIds().filter(id => !visible(id)));
  nodes.add([...things.keys()].filter(id => visible(id) && !nodes.get(id)).map(place));
  edges.add(shown.map(line));
  network.redraw();
}

// ---- Labels: best first, each below, beside or above its node, where neither a node nor another label is

function shortened(text) {
  const plain = text.replace(/[\p{Cc}\p{Cf}]/gu, "");
  const cut = plain.length > LABELS && plain.includes(": ") ? plain.split(": ")[0] : plain;
  return [...cut].length > LABELS ? `${[...cut].slice(0, LABELS - 1).join("").trimEnd()}…` : cut;
}

const labels = new Map([...things].map(([id, { label }]) => [id, shortened(label)]));
const ranked = [...things.keys()].filter(id => things.get(id).size)
  .sort((one, other) => things.get(other).size - things.get(one).size || things.get(one).label.localeCompare(things.get(other).label));

// Boxes on the screen, [left, top, width, height], in cells of a grid, so that a look around costs little.
function crowd() {
  const cells = new Map();
  const some = ([left, top, width, height], test) => {
    for (let x = Math.floor(left / CELL); x <= (left + width) / CELL; x++) {
      for (let y = Math.floor(top / CELL); y <= (top + height) / CELL; y++) if (test(x * 1000 + y)) return true;
    }
    return false;
  };
  const touch = (a, b) => a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3];
  return {
    add: box => some(box, cell => { if (cells.has(cell)) cells.get(cell).push(box); else cells.set(cell, [box]); }),
    free: box => !some(box, cell => cells.get(cell)?.some(other => touch(box, other))),
  };
}

const isLarge = id => things.get(id).size > 10;

function drawLabels(ctx) {
  const places = network.getPositions();
  const scale = network.getScale();
  const at = id => network.canvasToDOM(places[id]);
  const onScreen = ({ x, y }) => x > 0 && y > 0 && x < canvas.clientWidth && y < canvas.clientHeight;
  const seen = new Set(ranked.filter(id => id in places && onScreen(at(id))));
  const first = [state.chosen, state.over].filter(id => seen.has(id));
  const taken = { texts: crowd(), discs: crowd(), largeDiscs: crowd() };
  for (const id of seen) {
    const [{ x, y }, size] = [at(id), radius(id) * scale];
    const box = [x - size, y - size, 2 * size, 2 * size];
    taken.discs.add(box);
    if (isLarge(id)) taken.largeDiscs.add(box);
  }
  ctx.save();
  ctx.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  ctx.lineWidth = 3.5;
  ctx.strokeStyle = ground;
  ctx.fillStyle = ink;
  for (const id of new Set([...first, ...lit ?? [], ...ranked])) {
    if (seen.has(id) && (!faint(id) || first.includes(id))) drawLabel(ctx, id, at(id), taken, first.includes(id));
  }
  ctx.restore();
}

function drawLabel(ctx, id, { x, y }, { texts, discs, largeDiscs }, sure) {
  const { size } = things.get(id);
  const letters = Math.min(17, 11 + size / 8);
  ctx.font = `${sure || size > 14 ? 600 : 400} ${letters}px system-ui, sans-serif`;
  const [width, height, away] = [ctx.measureText(labels.get(id)).width, letters * 1.2, radius(id) * network.getScale() + 2];
  const [leftOf, rightOf, above, below] = [x - away - 2 - width, x + away + 2, y - away - height, y + away];
  const spots = [
    [x - width / 2, below], [rightOf, y - height / 2], [leftOf, y - height / 2], [x - width / 2, above],
    [x, below], [x - width, below], [x, above], [x - width, above],
  ].map(corner => [...corner, width, height]);
  const inside = spots.filter(([left, top]) => left > 0 && top > 0 && left + width < canvas.clientWidth && top + height < canvas.clientHeight);
  const clear = inside.filter(texts.free);
  // A large node's label may cover small nodes, and that of what is chosen or pointed at may cover anything.
  const spot = clear.find(discs.free) ?? (isLarge(id) || lit ? clear.find(largeDiscs.free) : null)
    ?? (size > 14 ? clear[0] : null) ?? (sure ? spots[0] : null);
  if (!spot) return;
  texts.add([spot[0] - 3, spot[1], width + 6, height]);
  ctx.strokeText(labels.get(id), spot[0], spot[1] + height / 2);
  ctx.fillText(labels.get(id), spot[0], spot[1] + height / 2);
}

network.on("afterDrawing", drawLabels);

// ---- Moving about

const motion = () => (calm.matches ? false : { duration: 320, easingFunction: "easeInOutQuad" });
const zoom = factor => network.moveTo({ scale: network.getScale() * factor, animation: motion() });
function whole() {
  network.fit({ animation: false, maxZoomLevel: 2.2 });
  network.moveTo({ scale: network.getScale() * 0.93 });  // room for the labels at the rim
}


// Put something in the middle of what the card leaves free.
function centre(ids) {
  const places = Object.values(network.getPositions(ids));
  if (!places.length) return;
  const [x, y] = ["x", "y"].map(axis => places.reduce((sum, place) => sum + place[axis], 0) / places.length);
  const [stage, card] = [canvas.getBoundingClientRect(), $("card").getBoundingClientRect()];
  const beside = card.width < stage.width * 0.9;
  const offset = { x: beside ? -card.width / 2 : 0, y: beside ? 0 : -card.height / 2 };
  network.moveTo({ position: { x, y }, scale: Math.max(network.getScale(), 1), offset, animation: motion() });
}

// The nearest node within reach of the pointer, or of a finger, which needs more room.
const REACH = matchMedia("(pointer: coarse)").matches ? 20 : 6;

function under(point) {
  const distance = id => {
    const { x, y } = network.canvasToDOM(network.getPosition(id));
    return Math.hypot(x - point.x, y - point.y) - radius(id) * network.getScale();
  };
  const [best, away] = nodes.getIds().map(id => [id, distance(id)]).reduce((one, other) => (other[1] < one[1] ? other : one), [null, REACH]);
  return away < REACH ? best : network.getEdgeAt(point) ?? null;
}

network.on("hoverNode", ({ node }) => hover(node));
network.on("blurNode", () => hover(null));
network.on("hoverEdge", () => canvas.classList.add("over"));
network.on("blurEdge", () => canvas.classList.remove("over"));

function hover(id) {
  state.over = id;
  canvas.classList.toggle("over", id !== null);
  network.redraw();
}
