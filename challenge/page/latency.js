/** How long one's own messages took, in numbers and as a picture. */

import { Chart } from "./chart.js";
import { byId } from "./dom.js";
import { formatCount, formatMs, formatSeconds } from "./format.js";

const REDRAW_MS = 100; // often enough for the eye, and leaves the processor to the server
const MOST_POINTS = 300; // as many as one can tell apart; the figures describe the same ones

const MEANINGS = /** @type {Record<string, string>} */ ({
  stored: "This server answers “stored”: your message was on disk before the answer left.",
  queued:
    "This server answers “queued”: your message was in memory only. " +
    "It is on disk when its broadcast comes; a server that is killed before that loses it.",
});

/** @typedef {{n: number, ms: number}} Point  the n-th measured message, send to broadcast */

/** The last, median and slowest time, the chart, and how many messages still wait. */
export class LatencyPanel {
  #chart = new Chart(byId("chart"));
  /** @type {Point[]} */
  #points = [];
  #count = 0;
  #timer = 0;
  #outbox;

  /** @param {{size: number, oldest?: import("./outbox.js").Entry}} outbox  who waits */
  constructor(outbox) {
    this.#outbox = outbox;
    byId("clear-chart").addEventListener("click", () => {
      this.#points = [];
      this.refresh();
    });
    new ResizeObserver(() => this.refresh()).observe(byId("chart"));
    this.refresh();
  }

  /** Takes one more time from send to broadcast. @param {number} ms */
  add(ms) {
    this.#points.push({ n: ++this.#count, ms });
    if (this.#points.length > MOST_POINTS) this.#points.shift();
    this.refresh();
  }

  /** Says what the server's answer promises. @param {string} acknowledged */
  explain(acknowledged) {
    byId("acknowledgement").textContent = MEANINGS[acknowledged] ?? "";
  }

  /** Draws everything soon and once, however often it is asked to. */
  refresh() {
    this.#timer ||= setTimeout(() => this.#draw(), REDRAW_MS);
  }

  #draw() {
    this.#timer = 0;
    const times = this.#points.map(({ ms }) => ms);
    byId("last").textContent = formatMs(times.at(-1) ?? null);
    byId("median").textContent = formatMs(median(times));
    byId("slowest").textContent = formatMs(times.length > 0 ? Math.max(...times) : null);
    const { size, oldest } = this.#outbox;
    byId("waiting").textContent = formatCount(size);
    byId("waiting-for").textContent = oldest
      ? `for ${formatSeconds(performance.now() - oldest.sentAt)}`
      : "";
    this.#chart.draw(this.#points);
  }
}

/**
 * The middle value, or the mean of the two in the middle; null without values.
 * @param {number[]} values
 */
export function median(values) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
