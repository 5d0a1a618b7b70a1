/** Numbers and times as people read them. */

const INTEGER = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const ONE_DIGIT = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** @param {number} n */
export const formatCount = (n) => INTEGER.format(n);

/** @param {number | null} ms */
export const formatMs = (ms) => (ms === null ? "–" : `${INTEGER.format(ms)} ms`);

/** @param {number} ms */
export const formatSeconds = (ms) => `${ONE_DIGIT.format(ms / 1000)} s`;

/** @param {string} timestamp  ISO 8601 */
export function formatClock(timestamp) {
  const date = new Date(timestamp);
  return Number.isNaN(date.getTime()) ? timestamp : date.toLocaleTimeString("en-GB");
}
