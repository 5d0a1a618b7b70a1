/** The list of one room's messages: a bounded window onto them. */

import { byId, element } from "./dom.js";
import { formatClock, formatCount, formatMs } from "./format.js";
import { traceLink } from "./traces.js";

const MOST_ROWS = 500; // so that a long run does not grow the page
const AT_BOTTOM_PX = 40; // scrolled this near to the end counts as following

/**
 * @typedef {import("./api.js").Message} Message
 * @typedef {import("./outbox.js").Entry} Entry
 */

/**
 * Shows messages in the order they are given, at most MOST_ROWS of them.
 *
 * New ones are drawn once per frame. Going far back cuts the newest off; from then on new
 * messages are only counted, until the newest page is loaded again.
 */
export class MessageList {
  /** Whether there is nothing before the first row. */
  atStart = false;
  #me;
  #root = byId("messages");
  #older = byId("older");
  #newest = byId("newest");
  #empty = byId("no-messages");
  /** @type {Message[]} */
  #incoming = [];
  /** @type {Map<string, HTMLElement>} */
  #receipts = new Map();
  #frame = 0;
  #cutOff = 0; // messages after the last row that are not in the window
  #detached = false;
  #following = true; // scrolled to the end, and staying there
  #followedTo = 0;

  /** @param {string} me  whose messages get a receipt */
  constructor(me) {
    this.#me = me;
    this.#root.addEventListener("scroll", () => {
      const { scrollTop, scrollHeight, clientHeight } = this.#root;
      if (this.#following && scrollTop === this.#followedTo) return; // not the reader's doing
      this.#following = scrollHeight - scrollTop - clientHeight < AT_BOTTOM_PX;
    });
    // The list shrinks when a phone's keyboard opens or a message waits below it.
    new ResizeObserver(() => this.#follow()).observe(this.#root);
  }

  /** @returns {string | null} */
  get firstId() {
    return this.#root.firstElementChild?.dataset.id ?? null;
  }

  clear() {
    this.#incoming = [];
    this.#receipts.clear();
    this.#root.replaceChildren();
    this.atStart = false;
    this.#cutOff = 0;
    this.#detached = false;
    this.#following = true;
    this.#draw();
  }

  /** @param {Message[]} messages */
  append(messages) {
    if (this.#detached) {
      this.#cutOff += messages.length;
      this.#drawEdges();
      return;
    }
    this.#incoming.push(...messages);
    if (this.#incoming.length > MOST_ROWS) {
      this.#incoming = this.#incoming.slice(-MOST_ROWS);
      this.#root.replaceChildren();
      this.#receipts.clear();
      this.atStart = false;
    }
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  /** @param {Message[]} messages */
  prepend(messages) {
    this.#holdStill(this.#root.firstElementChild, () => {
      this.#root.prepend(...messages.map((message) => this.#row(message)));
    });
    while (this.#root.childElementCount > MOST_ROWS) {
      this.#drop(this.#root.lastElementChild);
      this.#detached = true;
    }
    this.#drawEdges();
  }

  /** Draws again what is known about a message of one's own. @param {Entry} entry */
  updateReceipt(entry) {
    const receipt = this.#receipts.get(entry.clientId);
    if (receipt) receipt.textContent = describeReceipt(entry);
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const incoming = this.#incoming;
    this.#incoming = [];
    if (this.#following) {
      this.#appendRows(incoming);
      this.#follow();
    } else {
      this.#holdStill(this.#root.lastElementChild, () => this.#appendRows(incoming));
    }
    this.#drawEdges();
  }

  /** @param {Message[]} messages */
  #appendRows(messages) {
    this.#root.append(...messages.map((message) => this.#row(message)));
    while (this.#root.childElementCount > MOST_ROWS) {
      this.#drop(this.#root.firstElementChild);
      this.atStart = false;
    }
  }

  #follow() {
    if (!this.#following) return;
    this.#root.scrollTop = this.#root.scrollHeight;
    this.#followedTo = this.#root.scrollTop; // the browser stops at the last full screen
  }

  /**
   * Changes the rows above or below without moving what is being read.
   * @param {any} anchor
   * @param {() => void} change
   */
  #holdStill(anchor, change) {
    const before = anchor?.offsetTop;
    change();
    if (anchor?.isConnected) this.#root.scrollTop += anchor.offsetTop - before;
  }

  /** @param {Message} message */
  #row(message) {
    const { id, sender, content, timestamp, traceId, receipt } = message;
    const time = element("time", { dateTime: timestamp, title: timestamp }, formatClock(timestamp));
    const own = sender === this.#me;
    const when = element("span", { className: "when" }, time);
    // Stored messages know nothing of traces: what comes from the history has no link.
    if (traceId) when.append(" ", traceLink(traceId));
    const row = element(
      "li",
      { className: own ? "message own" : "message" },
      element("p", { className: "from" }, element("bdi", {}, own ? "You" : sender), " ", when),
      element("p", { className: "content", dir: "auto" }, content),
    );
    row.dataset.id = id;
    if (receipt) {
      const text = element("p", { className: "receipt" }, describeReceipt(receipt));
      row.dataset.clientId = receipt.clientId;
      this.#receipts.set(receipt.clientId, text);
      row.append(text);
    }
    return row;
  }

  /** @param {any} row */
  #drop(row) {
    this.#receipts.delete(row.dataset.clientId);
    row.remove();
  }

  /** Offers what lies before the first row and after the last. */
  #drawEdges() {
    const empty = this.firstId === null;
    this.#empty.hidden = !(empty && this.atStart);
    this.#older.hidden = empty || this.atStart;
    this.#newest.hidden = !this.#detached;
    const count = this.#cutOff > 0 ? ` (${formatCount(this.#cutOff)} new)` : "";
    this.#newest.textContent = `Back to the newest messages${count}`;
  }
}

/** What the server did with a delivered message, and when. @param {Entry} entry */
export function describeReceipt({ deliveredMs, acknowledged, acknowledgedMs }) {
  const stored =
    deliveredMs === null
      ? "stored while the connection was down, time not measured"
      : `stored after ${formatMs(deliveredMs)}`;
  if (acknowledged === null) return stored;
  // "stored" is said at the moment of the broadcast; only another answer has a time of its own.
  const when = acknowledged === "stored" ? "" : ` after ${formatMs(acknowledgedMs)}`;
  return `${stored} · answered “${acknowledged}”${when}`;
}
