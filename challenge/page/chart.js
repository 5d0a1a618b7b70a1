/** A small scatter chart in SVG: one dot for each message. */

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = { top: 26, right: 10, bottom: 38, left: 44 };
const FEWEST_COLUMNS = 20; // so that the first dots do not jump from side to side
const LOWEST_TOP_MS = 20; // an axis that zooms in further shows only noise
const SECONDS_FROM_MS = 3000; // above this, seconds are easier to read

/** Draws into an `<svg>` of any size; the colours come from the style sheet. */
export class Chart {
  #svg;

  /** @param {SVGSVGElement} svg */
  constructor(svg) {
    this.#svg = svg;
  }

  /** @param {import("./latency.js").Point[]} points  in order */
  draw(points) {
    const { clientWidth: width, clientHeight: height } = this.#svg;
    if (width === 0) return; // not shown
    this.#svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const scale = makeScale(points, width, height);
    this.#svg.replaceChildren(
      ...axisY(scale, width),
      ...axisX(scale, width, height),
      shape("path", { class: "dots", d: points.map((p) => dot(p, scale)).join("") }),
    );
    this.#svg.dataset.points = String(points.length);
  }
}

/**
 * @typedef {object} Scale  from a number and milliseconds to pixels
 * @property {number} first
 * @property {number} last
 * @property {number[]} ticks  of the vertical axis, in ms
 * @property {(n: number) => number} x
 * @property {(ms: number) => number} y
 */

/**
 * @param {import("./latency.js").Point[]} points
 * @param {number} width
 * @param {number} height
 * @returns {Scale}
 */
function makeScale(points, width, height) {
  const first = points[0]?.n ?? 1;
  const last = Math.max(points.at(-1)?.n ?? 1, first + FEWEST_COLUMNS - 1);
  const ticks = niceTicks(Math.max(LOWEST_TOP_MS, ...points.map(({ ms }) => ms)));
  const plotWidth = width - MARGIN.left - MARGIN.right;
  const plotHeight = height - MARGIN.top - MARGIN.bottom;
  const top = ticks[ticks.length - 1];
  return {
    first,
    last,
    ticks,
    x: (n) => MARGIN.left + (plotWidth * (n - first + 0.5)) / (last - first + 1),
    y: (ms) => MARGIN.top + plotHeight * (1 - ms / top),
  };
}

/**
 * From 0 to at least `highest`, in two to five steps of 1, 2 or 5 times a power of ten.
 * @param {number} highest
 */
export function niceTicks(highest) {
  const power = 10 ** Math.floor(Math.log10(highest / 5));
  const step = [1, 2, 5, 10].map((n) => n * power).find((s) => s * 5 >= highest) ?? highest;
  const steps = Math.ceil(highest / step);
  return Array.from({ length: steps + 1 }, (_, i) => i * step);
}

/** @param {Scale} scale @param {number} width */
function axisY({ ticks, y }, width) {
  const inSeconds = ticks[ticks.length - 1] > SECONDS_FROM_MS;
  const title = `time from send to broadcast (${inSeconds ? "s" : "ms"})`;
  const marks = ticks.flatMap((ms) => [
    shape("path", { class: "grid", d: `M${MARGIN.left} ${y(ms)}H${width - MARGIN.right}` }),
    text(MARGIN.left - 6, y(ms) + 4, "end", String(inSeconds ? ms / 1000 : ms)),
  ]);
  return [...marks, text(0, 12, "start", title)];
}

/** @param {Scale} scale @param {number} width @param {number} height */
function axisX({ first, last, x }, width, height) {
  const below = height - MARGIN.bottom + 16;
  const middle = (width + MARGIN.left - MARGIN.right) / 2;
  return [
    text(x(first), below, "start", String(first)),
    text(x(last), below, "end", String(last)),
    text(middle, height - 6, "middle", "your last 300 messages, by number"),
  ];
}

/**
 * A line of no length: its round ends make the dot.
 * @param {import("./latency.js").Point} point
 * @param {Scale} scale
 */
function dot({ n, ms }, { x, y }) {
  return `M${x(n).toFixed(1)} ${y(ms).toFixed(1)}h0`;
}

/** @param {number} x @param {number} y @param {string} anchor @param {string} content */
function text(x, y, anchor, content) {
  const made = shape("text", { x, y, "text-anchor": anchor });
  made.textContent = content;
  return made;
}

/** @param {string} name @param {Record<string, string | number>} attributes */
function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}
