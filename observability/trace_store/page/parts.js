/** Where the time of a span or a trace went: by operation, and inside one by its attributes. */

import { duration, milliseconds, percent } from "./format.js";

/** @typedef {import("./jaeger.js").Span} Span */
/** @typedef {import("./jaeger.js").Trace} Trace */

export const WAITING = "waiting for its turn";

/** @typedef {{name: string, us: number, colour: string, title: string}} Part */

// Okabe and Ito, as everywhere in the workshop: colour-blind readers can tell them apart.
/** @type {Record<string, string>} */
const COLOURS = {
  "file.write": "#d55e00",
  "file.read": "#e69f00",
  "socket.send_message": "#0072b2",
  "database.create_message": "#009e73",
  "database.create_messages_batch": "#009e73",
  "message_processor.flush_messages": "#56b4e9",
  [WAITING]: "#b9bcc0",
};
const OTHERS = ["#cc79a7", "#999999", "#7a6a00", "#5b4b8a"];

// What our spans say of the inside of their own time, each in milliseconds.
/** @type {Record<string, (operation: string) => string>} */
const INSIDE = {
  "json.ms": (operation) =>
    `${operation === "file.read" ? "parsing" : "encoding"} JSON (processor)`,
  "fsync.ms": () => "waiting for the disk (fsync)",
};
const SHADES = [0.95, 0.45];

/** The colour of an operation, the same on all pages. @param {string} operation */
export function colour(operation) {
  if (operation in COLOURS) return COLOURS[operation];
  const sum = [...operation].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return OTHERS[sum % OTHERS.length];
}

/** How long a trace waited for its turn between its first span and the work. @param {Trace} trace */
export function waited(trace) {
  const starts = new Map(trace.spans.map((span) => [span.id, span.start]));
  return trace.spans.reduce((sum, span) => {
    const began = starts.get(span.parentId ?? "");
    const us = Number(span.tags.get("queue.wait_ms") ?? 0) * 1_000;
    return sum + (began === undefined ? 0 : Math.min(us, span.start - began));
  }, 0);
}

/** The time of a trace by operation, largest first. @param {Trace} trace @returns {Part[]} */
export function byOperation(trace) {
  const waiting = waited(trace);
  /** @type {Map<string, number>} */
  const sums = new Map([[WAITING, waiting]]);
  for (const span of trace.spans) {
    sums.set(span.operation, (sums.get(span.operation) ?? 0) + span.own);
  }
  // To wait is no work of the span in which it happened.
  sums.set(trace.root.operation, Math.max(0, (sums.get(trace.root.operation) ?? 0) - waiting));
  const total = [...sums.values()].reduce((sum, each) => sum + each, 0);
  return [...sums]
    .filter(([, us]) => us > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, us]) => ({
      name,
      us,
      colour: colour(name),
      title: `${name}: ${duration(us)}, ${percent(us, total)}`,
    }));
}

/** What a span's attributes say of its own time. @param {Span} span @returns {Part[]} */
export function inside(span) {
  return Object.keys(INSIDE)
    .filter((key) => Number(span.tags.get(key)) >= 0)
    .map((key, place) => {
      const ms = Number(span.tags.get(key));
      const shade = `color-mix(in srgb, ${colour(span.operation)} ${SHADES[place] * 100}%, black)`;
      return {
        name: key,
        us: ms * 1_000,
        colour: shade,
        title: `${INSIDE[key](span.operation)}: ${milliseconds(ms)}`,
      };
    });
}

/** One or two sentences on where a trace's time went. @param {Trace} trace */
export function verdict(trace) {
  if (trace.root.failed) {
    const why = trace.root.tags.get("otel.status_description");
    return `It failed after ${duration(trace.duration)}${why ? `: ${why}` : ""}.`;
  }
  const parts = byOperation(trace);
  const waiting = parts.find((part) => part.name === WAITING)?.us ?? 0;
  const work = parts.filter((part) => part.name !== WAITING);
  const total = work.reduce((sum, part) => sum + part.us, 0);
  const [first] = work;
  if (!first) return "";
  const spans = trace.spans.filter((span) => span.operation === first.name);
  const [slowest] = spans.flatMap(inside).sort((a, b) => b.us - a.us);
  const why = slowest ? `, most of it ${slowest.title}` : "";
  const worked = `Of ${duration(total)} of work, ${first.name} took ${duration(first.us)}${why}.`;
  return waiting > total ? `It waited ${duration(waiting)} behind others. ${worked}` : worked;
}
