/** Durations, times and shares as people read them. */

const MS = 1_000; // in microseconds, which all of Jaeger's times are
const SECOND = 1_000_000;

/** @param {number} us microseconds */
export function duration(us) {
  if (us >= SECOND) return `${(us / SECOND).toPrecision(3)} s`;
  if (us >= MS) return `${(us / MS).toPrecision(us >= 100 * MS ? 3 : 2)} ms`;
  return `${Math.round(us)} µs`;
}

/** A duration that an attribute gives in milliseconds. @param {number} ms */
export function milliseconds(ms) {
  return duration(ms * MS);
}

/** The time of day. @param {number} us microseconds since 1970 */
export function timeOfDay(us) {
  const at = new Date(us / MS);
  const text = at.toLocaleTimeString([], { hour12: false });
  return `${text}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

/** A part of the whole. @param {number} part @param {number} whole */
export function percent(part, whole) {
  return whole > 0 ? `${Math.round((100 * part) / whole)} %` : "0 %";
}

/** "1 span", "2 spans". @param {number} count @param {string} noun */
export function counted(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
