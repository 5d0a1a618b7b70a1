/** The search: a form, and a list of traces, each with a bar of where its time went. */

import { bar, legend } from "./bar.js";
import { element, link } from "./dom.js";
import { counted, duration, timeOfDay } from "./format.js";
import * as jaeger from "./jaeger.js";
import { byOperation, verdict } from "./parts.js";

const WORK = "file.write";
const LIMITS = ["20", "100", "500"];
const EVER_US = "1"; // since 1970

/** Shows the search that an address asks for. @param {HTMLElement} main @param {URLSearchParams} asked */
export async function showSearch(main, asked) {
  const services = await jaeger.services();
  if (services.length === 0) {
    main.append(
      element("h2", {}, "No spans have come yet"),
      element(
        "p",
        {},
        "Start a server in another terminal, with `make challenge`, and send a message. " +
          "It must send its spans here: `make doctor` looks whether they arrive, and why not.",
      ),
    );
    return;
  }
  const service = asked.get("service") ?? services[0];
  const operations = await jaeger.operations(service);
  // Who looks for the first time should see the work, and not what was refused last.
  if (!asked.has("operation") && operations.includes(WORK)) asked.set("operation", WORK);
  main.append(form(services, service, operations, asked));
  const list = element("section", {});
  list.setAttribute("aria-label", "Traces found");
  main.append(list);
  await showTraces(list, service, asked);
  main.append(await dropped());
}

/** That the oldest traces are gone, if they are. */
async function dropped() {
  const { dropped_traces: traces, dropped_spans: spans } = await jaeger.dropped();
  if (!traces && !spans) return "";
  const told = `Older ones are gone, to stay within the bounds of this store: ${counted(traces, "trace")}, ${counted(spans, "span")}.`;
  return element("p", { className: "soft" }, told);
}

/** @param {HTMLElement} list @param {string} service @param {URLSearchParams} asked */
async function showTraces(list, service, asked) {
  const now = Date.now() * 1_000;
  /** @type {Record<string, string>} */
  const query = {
    service,
    limit: asked.get("limit") ?? LIMITS[0],
    start: asked.get("start") ?? EVER_US,
    end: asked.get("end") ?? `${now}`,
  };
  if (asked.get("operation")) query.operation = /** @type {string} */ (asked.get("operation"));
  if (Number(asked.get("min"))) query.minDuration = `${asked.get("min")}ms`;
  if (asked.get("error")) query.tags = '{"error":"true"}';
  const traces = await jaeger.search(query);
  if (asked.get("sort") !== "newest") traces.sort((a, b) => b.duration - a.duration);
  if (traces.length === 0) {
    list.append(
      element("p", {}, "No trace fits. Ask for less: another operation, a shorter time."),
    );
    return;
  }
  const longest = Math.max(...traces.map((trace) => trace.duration));
  const kinds = new Map(traces.flatMap(byOperation).map((part) => [part.name, part]));
  list.append(
    element(
      "p",
      { className: "soft" },
      `${counted(traces.length, "trace")}, the longest takes ${duration(longest)}`,
    ),
    legend([...kinds.values()]),
    element("ol", { className: "traces" }, ...traces.map((trace) => row(trace, longest))),
  );
}

/** @param {jaeger.Trace} trace @param {number} longest */
function row(trace, longest) {
  const failed = trace.spans.some((span) => span.failed);
  return element(
    "li",
    {},
    link(
      `/trace/${trace.id}`,
      element("span", { className: "name" }, trace.root.operation),
      element(
        "span",
        { className: "soft" },
        `${trace.root.service}, ${timeOfDay(trace.start)}, ${counted(trace.spans.length, "span")}`,
      ),
      failed ? element("strong", { className: "bad" }, "error") : "",
      element("span", { className: "duration" }, duration(trace.duration)),
      bar(byOperation(trace), longest),
      element("span", { className: "soft verdict" }, verdict(trace)),
    ),
  );
}

/** @param {string[]} services @param {string} service @param {string[]} operations @param {URLSearchParams} asked */
function form(services, service, operations, asked) {
  const made = element(
    "form",
    { action: "/search" },
    field(
      "Service",
      select(
        "service",
        services.map((name) => [name, name]),
        service,
      ),
    ),
    field(
      "Operation",
      select(
        "operation",
        [["", "any"], ...operations.map((name) => pair(name))],
        asked.get("operation") ?? "",
      ),
    ),
    field(
      "Takes at least (ms)",
      element("input", { name: "min", type: "number", min: "0", value: asked.get("min") ?? "" }),
    ),
    field(
      "Sort",
      select(
        "sort",
        [
          ["slowest", "slowest first"],
          ["newest", "newest first"],
        ],
        asked.get("sort") ?? "slowest",
      ),
    ),
    field(
      "Most",
      select(
        "limit",
        LIMITS.map((name) => pair(name)),
        asked.get("limit") ?? LIMITS[0],
      ),
    ),
    element(
      "label",
      { className: "check" },
      element("input", { name: "error", type: "checkbox", checked: asked.has("error") }),
      "only errors",
    ),
    element("button", {}, "Search"),
  );
  made.service.addEventListener("change", () => {
    made.operation.value = "";
    made.requestSubmit();
  });
  return made;
}

/** @param {string} name @returns {[string, string]} */
function pair(name) {
  return [name, name];
}

/** @param {string} label @param {HTMLElement} control */
export function field(label, control) {
  return element("label", {}, label, control);
}

/** @param {string} name @param {[string, string][]} choices @param {string} chosen */
export function select(name, choices, chosen) {
  const options = choices.map(([value, text]) =>
    element("option", { value, selected: value === chosen }, text),
  );
  return element("select", { name }, ...options);
}
