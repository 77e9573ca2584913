/** What is on the screen as a file: an SVG that carries its own colours, or a PNG of it. */

import { save } from "./parts";

const SHOWN = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-size", "font-family", "font-weight", "text-anchor"];

/** The picture as it is, with the styles of the page written into it, so that it looks the same anywhere. */
function standalone(picture: SVGSVGElement): { text: string; width: number; height: number } {
  const { width, height } = picture.getBoundingClientRect();
  const copy = picture.cloneNode(true) as SVGSVGElement;
  const pairs = [...picture.querySelectorAll("*")].map((it, at) => [it, copy.querySelectorAll("*")[at]!] as const);
  for (const [shown, written] of [[picture, copy] as const, ...pairs]) {
    const style = getComputedStyle(shown);
    for (const name of SHOWN) written.setAttribute(name, style.getPropertyValue(name));
    written.removeAttribute("class");
    written.removeAttribute("tabindex");
  }
  for (const link of copy.querySelectorAll("a")) {
    const href = link.getAttribute("href");
    if (href) link.setAttribute("href", new URL(href, location.href).href);
  }
  const ground = document.createElementNS(copy.namespaceURI, "rect");
  const [x = 0, y = 0, w = width, h = height] = (picture.getAttribute("viewBox") ?? "").split(/\s+/).filter(Boolean).map(Number);
  for (const [name, given] of Object.entries({ x, y, width: w, height: h, fill: getComputedStyle(document.body).backgroundColor })) ground.setAttribute(name, String(given));
  copy.insertBefore(ground, copy.firstChild);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  if (!copy.hasAttribute("viewBox")) copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
  return { text: new XMLSerializer().serializeToString(copy), width, height };
}

export async function savePicture(picture: SVGSVGElement, name: string, format: "svg" | "png"): Promise<void> {
  const { text, width, height } = standalone(picture);
  if (format === "svg") return save(`${name}.svg`, "image/svg+xml", text);
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  const image = new Image(width, height);
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [2 * width, 2 * height];
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(address);
  canvas.toBlob((blob) => blob && save(`${name}.png`, "image/png", blob));
}
