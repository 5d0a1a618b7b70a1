/** One's own messages without a broadcast yet: still waiting, or refused. */

import { byId, element } from "./dom.js";
import { formatMs, formatSeconds } from "./format.js";

const MOST_FAILED = 20;

/** @typedef {import("./outbox.js").Entry} Entry */

/**
 * Shows typed messages from sending to broadcast, and whatever failed, beside its reason.
 * Greetings that wait are only counted elsewhere: there may be thousands.
 */
export class OutboxView {
  #root = byId("outbox");
  #dismissAll = byId("dismiss-all");
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();
  /** @type {Map<string, Entry>} */
  #waiting = new Map();
  /** @type {Set<string>} */
  #failed = new Set();
  /** @type {string | null} */
  #roomId = null;
  #resend;

  /** @param {(entry: Entry) => void} resend */
  constructor(resend) {
    this.#resend = resend;
    this.#dismissAll.addEventListener("click", () => {
      for (const clientId of this.#failed) this.#drop(clientId);
      byId("content").focus();
    });
  }

  /** Shows the entries of one room only. @param {string} roomId */
  open(roomId) {
    this.#roomId = roomId;
    for (const row of this.#rows.values()) row.hidden = row.dataset.roomId !== roomId;
  }

  /** @param {Entry} entry */
  update(entry) {
    if (entry.status === "failed") this.#showFailed(entry);
    else if (entry.status === "delivered") this.#drop(entry.clientId);
    else if (!entry.run) this.#showWaiting(entry);
  }

  /** Lets the clocks of the waiting messages move on. */
  tick() {
    for (const entry of this.#waiting.values()) this.#showWaiting(entry);
  }

  /** @param {Entry} entry */
  #showWaiting(entry) {
    const row = this.#row(entry, "waiting");
    row.lastElementChild.textContent = describeWaiting(entry);
    this.#waiting.set(entry.clientId, entry);
  }

  /** @param {Entry} entry */
  #showFailed(entry) {
    const row = this.#row(entry, "failed");
    this.#waiting.delete(entry.clientId);
    const again = element("button", { type: "button", className: "quiet" }, "Send again");
    const dismiss = element("button", { type: "button", className: "quiet" }, "Dismiss");
    dismiss.addEventListener("click", () => {
      this.#drop(entry.clientId);
      byId("content").focus(); // the focused button is gone
    });
    again.addEventListener("click", () => {
      dismiss.click();
      this.#resend(entry);
    });
    row.lastElementChild.replaceChildren(describeFailure(entry), " ", again, " ", dismiss);
    this.#failed.add(entry.clientId);
    for (const oldest of this.#failed) {
      if (this.#failed.size <= MOST_FAILED) break;
      this.#drop(oldest);
    }
    this.#dismissAll.hidden = false;
  }

  /** @param {Entry} entry @param {string} state @returns {any} */
  #row({ clientId, roomId, content }, state) {
    /** @type {any} */
    let row = this.#rows.get(clientId);
    if (!row) {
      row = element(
        "li",
        {},
        element("p", { className: "content", dir: "auto" }, content),
        element("p", { className: "receipt" }),
      );
      row.dataset.clientId = clientId;
      row.dataset.roomId = roomId;
      row.hidden = roomId !== this.#roomId;
      this.#rows.set(clientId, row);
      this.#root.append(row);
    }
    row.className = `message own ${state}`;
    return row;
  }

  /** @param {string} clientId */
  #drop(clientId) {
    this.#waiting.delete(clientId);
    this.#failed.delete(clientId);
    this.#rows.get(clientId)?.remove();
    this.#rows.delete(clientId);
    this.#dismissAll.hidden = this.#failed.size === 0;
  }
}

/** @param {Entry} entry */
function describeFailure({ acknowledged, error }) {
  const what = error?.code === "connection_lost" ? "Outcome unknown" : "Not stored";
  const before = acknowledged ? ` after “${acknowledged}”` : "";
  return `${what}${before}: ${error?.message} (${error?.code})`;
}

/** @param {Entry} entry */
function describeWaiting({ status, sentAt, acknowledged, acknowledgedMs }) {
  if (status === "unsure") return "connection lost, looking for it…";
  const waited = formatSeconds(performance.now() - sentAt);
  if (acknowledged === "queued") {
    return `queued after ${formatMs(acknowledgedMs)}, not stored yet · ${waited}`;
  }
  return `waiting for the server · ${waited}`;
}
