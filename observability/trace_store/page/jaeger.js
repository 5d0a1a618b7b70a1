/** Jaeger's query API, and traces as trees. All times are microseconds. */

/**
 * @typedef {object} Span
 * @property {string} id
 * @property {string} traceId
 * @property {string} operation
 * @property {string} service
 * @property {number} start  since 1970
 * @property {number} duration
 * @property {Map<string, unknown>} tags
 * @property {{at: number, name: string, fields: [string, string][]}[]} events
 * @property {{traceId: string, spanId: string}[]} links
 * @property {boolean} failed
 * @property {string | undefined} parentId
 * @property {Span[]} children  by their start
 * @property {number} own  time in which none of its children ran
 * @property {number} depth
 */

/**
 * @typedef {object} Trace
 * @property {string} id
 * @property {Span[]} spans  as they stand in the tree, parents before children
 * @property {Span} root
 * @property {number} start
 * @property {number} duration
 */

const NOT_FOUND = "trace not found";
const MOST_TRIES = 4;
const BETWEEN_TRIES_MS = 400;

/** What the API answers; throws an Error with Jaeger's own words. @param {string} path */
async function get(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" } });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.errors?.[0]?.msg ?? `${path} was answered ${answer.status}`);
  return body.data ?? [];
}

/** @returns {Promise<string[]>} */
export function services() {
  return get("/api/services");
}

/** @param {string} service @returns {Promise<string[]>} */
export function operations(service) {
  return get(`/api/services/${encodeURIComponent(service)}/operations`);
}

/** The traces of a search, newest first. @param {Record<string, string>} query @returns {Promise<Trace[]>} */
export async function search(query) {
  const found = await get(`/api/traces?${new URLSearchParams(query)}`);
  return found
    .map(asTrace)
    .sort((/** @type {Trace} */ a, /** @type {Trace} */ b) => b.start - a.start);
}

/**
 * One trace. Spans take up to half a second to come: of a message just sent it asks again.
 * @param {string} id
 * @returns {Promise<Trace>}
 */
export async function trace(id) {
  for (let tries = 1; ; tries += 1) {
    try {
      return asTrace((await get(`/api/traces/${encodeURIComponent(id)}`))[0]);
    } catch (error) {
      const early = error instanceof Error && error.message === NOT_FOUND;
      if (!early || tries === MOST_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES_MS));
    }
  }
}

/**
 * What the store had to drop to stay within its bounds; Jaeger does not tell.
 * @returns {Promise<{dropped_traces: number, dropped_spans: number}>}
 */
export async function dropped() {
  return await (await fetch("/health")).json();
}

/** @param {any} found @returns {Trace} */
function asTrace(found) {
  const spans = /** @type {Span[]} */ (
    found.spans.map((/** @type {any} */ span) => asSpan(span, found.processes))
  );
  const byId = new Map(spans.map((span) => [span.id, span]));
  const roots = [];
  for (const span of spans.sort((a, b) => a.start - b.start)) {
    const parent = byId.get(span.parentId ?? "");
    if (parent && parent !== span) parent.children.push(span);
    else roots.push(span);
  }
  const ordered = roots.flatMap((root) => withChildren(root, 0));
  const start = Math.min(...spans.map((span) => span.start));
  const end = Math.max(...spans.map((span) => span.start + span.duration));
  return { id: found.traceID, spans: ordered, root: ordered[0], start, duration: end - start };
}

/** @param {any} span @param {any} processes @returns {Span} */
function asSpan(span, processes) {
  const process = processes[span.processID] ?? {};
  const references = span.references ?? [];
  const tags = new Map([...(process.tags ?? []), ...span.tags].map((tag) => [tag.key, tag.value]));
  return {
    id: span.spanID,
    traceId: span.traceID,
    operation: span.operationName,
    service: process.serviceName ?? "?",
    start: span.startTime,
    duration: span.duration,
    tags,
    events: (span.logs ?? []).map(asEvent),
    links: references
      .filter((/** @type {any} */ each) => each.refType === "FOLLOWS_FROM")
      .map((/** @type {any} */ each) => ({ traceId: each.traceID, spanId: each.spanID })),
    failed: tags.get("error") === true || tags.get("otel.status_code") === "ERROR",
    parentId: references.find((/** @type {any} */ each) => each.refType === "CHILD_OF")?.spanID,
    children: [],
    own: span.duration,
    depth: 0,
  };
}

/** @param {any} log */
function asEvent(log) {
  const fields = /** @type {[string, string][]} */ (
    log.fields.map((/** @type {any} */ field) => [field.key, String(field.value)])
  );
  const name = fields.find(([key]) => key === "event")?.[1] ?? "event";
  return { at: log.timestamp, name, fields: fields.filter(([key]) => key !== "event") };
}

/** A span and all below it, in order. @param {Span} span @param {number} depth @returns {Span[]} */
function withChildren(span, depth) {
  span.depth = depth;
  span.own = Math.max(0, span.duration - covered(span));
  return [span, ...span.children.flatMap((child) => withChildren(child, depth + 1))];
}

/** How much of a span's time its children take, none of it twice. @param {Span} span */
function covered(span) {
  const end = span.start + span.duration;
  let total = 0;
  let until = span.start;
  for (const child of span.children) {
    const from = Math.max(until, child.start);
    const to = Math.min(end, child.start + child.duration);
    if (to > from) {
      total += to - from;
      until = to;
    }
  }
  return total;
}
