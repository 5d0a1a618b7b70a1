/** Two services side by side: how many spans a message takes, and how long until it was stored. */

import { drawing, element } from "./dom.js";
import { duration } from "./format.js";
import * as jaeger from "./jaeger.js";
import { field, select } from "./search.js";

const SEND = "socket.send_message";
const CREATE = "database.create_message";
const FLUSH = "message_processor.flush_messages";
const LOOKED_AT = "1000"; // traces of each service
const EVER_US = "1"; // since 1970
const STROKES = ["#d55e00", "#0072b2"];
const DASHES = ["6 4", "none"];
const WIDTH = 640;
const HEIGHT = 260;
const MARGIN = 44;

/** @typedef {{service: string, messages: number, skipped: number, counts: Map<string, number>, stored: number[]}} Side */

/** @param {HTMLElement} main @param {URLSearchParams} asked */
export async function showComparison(main, asked) {
  const services = await jaeger.services();
  const chosen = [asked.get("a") ?? services[0], asked.get("b") ?? services[1] ?? services[0]];
  main.append(element("h2", {}, "Two services side by side"));
  if (services.length === 0) {
    main.append(element("p", {}, "No spans have come yet: start a server and send messages."));
    return;
  }
  const choices = services.map((name) => /** @type {[string, string]} */ ([name, name]));
  main.append(
    element(
      "form",
      { action: "/compare" },
      field("One", select("a", choices, chosen[0])),
      field("Other", select("b", choices, chosen[1])),
      element("button", {}, "Compare"),
    ),
  );
  const sides = await Promise.all(chosen.map(measure));
  main.append(
    table(sides),
    element("h3", {}, "Time until a message was stored"),
    distribution(sides),
    element(
      "p",
      { className: "soft" },
      "Each line shows which share of the messages was stored within a time. Further left is faster. " +
        `Looked at: the last ${Number(LOOKED_AT).toLocaleString("en")} traces of each service.`,
      ...sides.filter((side) => side.skipped).map(sampled),
    ),
  );
}

/** That not every message was traced. @param {Side} side @returns {string} */
function sampled({ service, messages, skipped }) {
  const all = (messages + skipped).toLocaleString("en");
  return ` Sampled: of ${all} messages of ${service} these were traced, and are counted here.`;
}

/** What the traces of a service say. @param {string} service @returns {Promise<Side>} */
async function measure(service) {
  const batching = (await jaeger.operations(service)).includes(FLUSH);
  const batches = batching ? await last(service, FLUSH) : [];
  const messages = (await last(service, batching ? SEND : CREATE)).filter(
    (trace) => !trace.root.failed,
  );
  const ends = new Map();
  for (const { root } of batches) {
    for (const each of root.links) ends.set(each.traceId, root.start + root.duration);
  }
  const stored = messages
    .map((trace) => (batching ? ends.get(trace.id) - trace.start : trace.duration))
    .filter((us) => us > 0)
    .sort((a, b) => a - b);
  const counts = new Map([
    ...perOne(messages, messages.length),
    ...perOne(batches, sum(batches, "batch.size") || ends.size),
  ]);
  const skipped = sum(messages, "sampling.skipped");
  return { service, messages: messages.length, skipped, counts, stored };
}

/** The last traces with an operation. @param {string} service @param {string} operation */
function last(service, operation) {
  const end = `${Date.now() * 1_000}`;
  return jaeger.search({ service, operation, limit: LOOKED_AT, start: EVER_US, end });
}

/** The sum of an attribute of the first spans. @param {jaeger.Trace[]} traces @param {string} tag */
function sum(traces, tag) {
  return traces.reduce((total, { root }) => total + Number(root.tags.get(tag) ?? 0), 0);
}

/**
 * How many spans of each operation there are for each message.
 * @param {jaeger.Trace[]} traces
 * @param {number} messages
 */
function perOne(traces, messages) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const span of traces.flatMap((trace) => trace.spans)) {
    counts.set(span.operation, (counts.get(span.operation) ?? 0) + 1 / messages);
  }
  return counts;
}

/** @param {Side[]} sides */
function table(sides) {
  const operations = [...new Set(sides.flatMap((side) => [...side.counts.keys()]))].sort();
  const head = element(
    "tr",
    {},
    element("th", {}, "spans per message"),
    ...sides.map((side, place) =>
      element("th", { style: { color: STROKES[place] } }, side.service),
    ),
  );
  const rows = operations.map((operation) =>
    element(
      "tr",
      {},
      element("td", {}, operation),
      ...sides.map((side) =>
        element("td", { className: "number" }, (side.counts.get(operation) ?? 0).toFixed(2)),
      ),
    ),
  );
  const counts = element(
    "tr",
    {},
    element("td", {}, "messages looked at"),
    ...sides.map((side) =>
      element("td", { className: "number" }, side.messages.toLocaleString("en")),
    ),
  );
  const middle = element(
    "tr",
    {},
    element("td", {}, "stored after (median)"),
    ...sides.map((side) =>
      element(
        "td",
        { className: "number" },
        side.stored.length ? duration(side.stored[side.stored.length >> 1]) : "-",
      ),
    ),
  );
  return element(
    "table",
    {},
    element("thead", {}, head),
    element("tbody", {}, ...rows, middle, counts),
  );
}

/** The distributions as steps over a logarithmic axis. @param {Side[]} sides */
function distribution(sides) {
  const all = sides.flatMap((side) => side.stored);
  if (all.length === 0)
    return element("p", {}, "No message of these was traced until it was stored.");
  const low = Math.floor(Math.log10(Math.min(...all)));
  const high = Math.ceil(Math.log10(Math.max(...all)) + 1e-9);
  const x = (/** @type {number} */ us) =>
    MARGIN + ((Math.log10(us) - low) / (high - low || 1)) * (WIDTH - 2 * MARGIN);
  const y = (/** @type {number} */ share) => HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN);
  const made = drawing("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: "img",
    "aria-label": "Distribution of the time until a message was stored",
  });
  for (let power = low; power <= high; power += 1) {
    made.append(
      drawing("line", {
        class: "grid",
        x1: x(10 ** power),
        x2: x(10 ** power),
        y1: y(0),
        y2: y(1),
      }),
      drawing(
        "text",
        { x: x(10 ** power), y: HEIGHT - MARGIN + 18, "text-anchor": "middle" },
        duration(10 ** power),
      ),
    );
  }
  for (const share of [0, 0.5, 1]) {
    made.append(
      drawing("line", {
        class: "grid",
        x1: MARGIN,
        x2: WIDTH - MARGIN,
        y1: y(share),
        y2: y(share),
      }),
      drawing("text", { x: MARGIN - 8, y: y(share) + 4, "text-anchor": "end" }, `${share * 100} %`),
    );
  }
  sides.forEach((side, place) => {
    const points = side.stored.map(
      (us, at) => `${x(us).toFixed(1)},${y((at + 1) / side.stored.length).toFixed(1)}`,
    );
    made.append(
      drawing("polyline", {
        points: points.join(" "),
        fill: "none",
        stroke: STROKES[place],
        "stroke-width": 2,
        "stroke-dasharray": DASHES[place],
      }),
      drawing(
        "text",
        { x: MARGIN + 8, y: 20 + 18 * place, style: `fill: ${STROKES[place]}` },
        side.service,
      ),
    );
  });
  return made;
}
