/** The way from a message to its trace, on the page of the trace store or of Jaeger. */

import { element } from "./dom.js";

/** @type {string | null} */
let address = null;

/**
 * From now on links to traces lead there, those without an aim yet too.
 * @param {string | null} traces  as the server told it; anything but http and https is refused
 */
export function showTracesAt(traces) {
  address = /^https?:\/\//i.test(traces ?? "") ? traces : null;
  document.querySelectorAll("a.trace:not([href])").forEach(aim);
}

/**
 * A link to a message's trace. A message can come before the server has told where traces are:
 * the link stays unseen until then.
 * @param {string} traceId
 * @returns {HTMLAnchorElement}
 */
export function traceLink(traceId) {
  const link = element(
    "a",
    {
      className: "trace",
      target: "_blank",
      rel: "noopener",
      title: "Where this message’s time went (opens in a new tab)",
    },
    "trace",
  );
  link.dataset.traceId = traceId;
  aim(link);
  return link;
}

/** @param {any} link */
function aim(link) {
  if (address === null) return;
  link.href = `${address.replace(/\/+$/, "")}/trace/${encodeURIComponent(link.dataset.traceId)}`;
}
