/** One trace: what each span did when, with its details, and ways to the traces it belongs to. */

import { bar, legend } from "./bar.js";
import { definitions, element, link } from "./dom.js";
import { counted, duration, timeOfDay } from "./format.js";
import * as jaeger from "./jaeger.js";
import { byOperation, colour, inside, verdict, waited } from "./parts.js";

const FLUSH = "message_processor.flush_messages";
const SEND = "socket.send_message";
const LINKS_SHOWN = 100;
// A message is in a batch soon after it was accepted, or at latest when a melting server comes to it.
const BATCH_WITHIN_US = 120 * 1_000_000;
const MOST_BATCHES = "500";

/** @param {HTMLElement} main @param {string} id */
export async function showTrace(main, id) {
  const trace = await jaeger.trace(id);
  const parts = byOperation(trace);
  // Beside seconds of waiting nobody would see the milliseconds of work.
  const waiting = waited(trace);
  const left = 2 * waiting > trace.duration ? waiting : 0;
  const shown = { from: trace.start + left, us: trace.duration - left };
  main.append(
    element("h2", {}, trace.root.operation),
    element(
      "p",
      { className: "soft" },
      `${trace.root.service}, ${timeOfDay(trace.start)}, ${counted(trace.spans.length, "span")}, ${duration(trace.duration)} in all`,
    ),
    element("p", { className: "verdict" }, verdict(trace)),
    bar(
      parts,
      parts.reduce((sum, part) => sum + part.us, 0),
    ),
    legend(parts),
    ...(left
      ? [
          element(
            "p",
            { className: "soft" },
            `The ${duration(left)} of waiting are left out below.`,
          ),
        ]
      : []),
    element("ol", { className: "waterfall" }, ...trace.spans.map((span) => row(span, shown))),
  );
  if (trace.root.operation === SEND && !trace.root.failed) main.append(...(await wayToBatch(trace)));
}

/** A span's line, and below it its details, shown when it is opened. @param {jaeger.Span} span @param {{from: number, us: number}} shown  the time that the tracks stand for */
function row(span, shown) {
  const from = Math.max(span.start, shown.from);
  const left = (100 * (from - shown.from)) / shown.us;
  const width = Math.max(0.3, (100 * (span.start + span.duration - from)) / shown.us);
  const pieces = inside(span).map((part) =>
    element("span", {
      className: "piece",
      title: part.title,
      style: { width: `${(100 * part.us) / span.duration}%`, background: part.colour },
    }),
  );
  const line = element(
    "div",
    {
      className: "span",
      style: { left: `${left}%`, width: `${width}%`, background: colour(span.operation) },
    },
    ...pieces,
  );
  const summary = element(
    "summary",
    {},
    element(
      "span",
      { className: "name", style: { paddingInlineStart: `${span.depth}rem` } },
      span.operation,
      span.failed ? element("strong", { className: "bad" }, " error") : "",
    ),
    element("span", { className: "duration" }, duration(span.duration)),
    element("div", { className: "track" }, line),
    element(
      "span",
      { className: "soft inside" },
      inside(span)
        .map((part) => part.title)
        .join(", "),
    ),
  );
  return element("li", {}, element("details", {}, summary, ...details(span)));
}

/** @param {jaeger.Span} span @returns {Node[]} */
function details(span) {
  const tags = [...span.tags].map(
    ([key, value]) => /** @type {[string, string]} */ ([key, String(value)]),
  );
  const found = [
    definitions([
      ["service", span.service],
      ["span", span.id],
      ["own time", duration(span.own)],
      ...tags.sort(),
    ]),
  ];
  if (span.events.length) {
    found.push(
      element("h3", {}, "Events"),
      ...span.events.map((event) =>
        definitions([[`after ${duration(event.at - span.start)}`, event.name], ...event.fields]),
      ),
    );
  }
  if (span.operation === FLUSH) {
    const size = Number(span.tags.get("batch.size") ?? span.links.length);
    const links = span.links
      .slice(0, LINKS_SHOWN)
      .map((each, place) =>
        element("li", {}, link(`/trace/${each.traceId}`, `message ${place + 1}`)),
      );
    found.push(
      element(
        "h3",
        {},
        span.links.length < size
          ? `Traced of the ${counted(size, "message")} of this batch: ${span.links.length}`
          : `${counted(size, "message")} of this batch`,
      ),
      element("ul", { className: "links" }, ...links),
    );
  }
  return found;
}

/** Leads to the batch that links to a message's trace, of a server that batches. @param {jaeger.Trace} message @returns {Promise<Node[]>} */
async function wayToBatch(message) {
  const service = message.root.service;
  if (!(await jaeger.operations(service)).includes(FLUSH)) return [];
  const batches = await jaeger.search({
    service,
    operation: FLUSH,
    start: `${message.start}`,
    end: `${message.start + BATCH_WITHIN_US}`,
    limit: MOST_BATCHES,
  });
  const batch = batches.find(({ root }) => root.links.some((each) => each.traceId === message.id));
  const way = batch
    ? link(`/trace/${batch.id}`, `${FLUSH}, ${duration(batch.duration)}`)
    : "its trace is not here. While there are many, only some are kept.";
  return [element("p", {}, "This message was stored with others, in a batch: ", way)];
}
