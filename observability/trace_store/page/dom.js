/** Small helpers for the page's elements. Text always goes in as text, never as HTML. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element; strings among the children become text.
 * @param {string} tag
 * @param {Record<string, unknown>} properties  `style` may be a mapping
 * @param {...(Node | string)} children
 * @returns {any}
 */
export function element(tag, properties = {}, ...children) {
  const { style = {}, ...others } = properties;
  const made = Object.assign(document.createElement(tag), others);
  Object.assign(made.style, style);
  made.append(...children);
  return made;
}

/**
 * Makes an element of a drawing, with attributes.
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {...(Node | string)} children
 */
export function drawing(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** A link within the page. @param {string} href @param {...(Node | string)} children */
export function link(href, ...children) {
  return element("a", { href }, ...children);
}

/** A list of names and values. @param {[string, string | Node][]} pairs */
export function definitions(pairs) {
  const rows = pairs.flatMap(([name, value]) => [
    element("dt", {}, name),
    element("dd", {}, value),
  ]);
  return element("dl", {}, ...rows);
}
