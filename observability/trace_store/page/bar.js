/** Bars that show where time went, and their legend. */

import { element } from "./dom.js";

/** @typedef {import("./parts.js").Part} Part */

/**
 * A bar of parts next to each other.
 * @param {Part[]} parts
 * @param {number} whole  what the full width stands for
 */
export function bar(parts, whole) {
  const pieces = parts.map((part) =>
    element("span", {
      className: "piece",
      title: part.title,
      style: { width: `${(100 * part.us) / whole}%`, background: part.colour },
    }),
  );
  const spoken = parts.map((part) => part.title).join("; ");
  const made = element("div", { className: "bar", role: "img" }, ...pieces);
  made.setAttribute("aria-label", spoken);
  return made;
}

/** What the colours mean. @param {Part[]} parts */
export function legend(parts) {
  const items = parts.map((part) =>
    element(
      "li",
      {},
      element("span", { className: "dot", style: { background: part.colour } }),
      part.name,
    ),
  );
  return element("ul", { className: "legend" }, ...items);
}
