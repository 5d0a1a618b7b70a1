/** Shows what the address asks for: addresses are those of Jaeger's own page, where it has them. */

import { showComparison } from "./compare.js";
import { element } from "./dom.js";
import { showSearch } from "./search.js";
import { showTrace } from "./waterfall.js";

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const { pathname, searchParams } = new URL(location.href);
const traceId = pathname.match(/^\/trace\/([0-9a-f]+)/i)?.[1];

try {
  if (traceId) await showTrace(main, traceId);
  else if (pathname === "/compare") await showComparison(main, searchParams);
  else await showSearch(main, searchParams);
} catch (error) {
  main.append(
    element(
      "p",
      { className: "bad" },
      `That did not work: ${/** @type {Error} */ (error).message}`,
    ),
  );
}
main.setAttribute("data-ready", "");
