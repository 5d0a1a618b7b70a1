/** What this page has sent and not yet seen broadcast, and how long each took. */

/**
 * One sent message. Times are milliseconds of `performance.now()`.
 * @typedef {object} Entry
 * @property {string} clientId
 * @property {string} roomId
 * @property {string} content
 * @property {number} sentAt
 * @property {import("./greetings.js").Run | null} run  the run of greetings it belongs to
 * @property {"waiting" | "unsure" | "delivered" | "failed"} status  unsure: the connection broke
 * @property {string | null} messageId  the server's, once acknowledged
 * @property {string | null} acknowledged  "stored" or "queued"
 * @property {number | null} acknowledgedMs  from sending to the acknowledgement
 * @property {number | null} deliveredMs  from sending to the broadcast; null if not witnessed
 * @property {{code: string, message: string} | null} error
 */

const MOST_RECEIPTS = 1000; // twice what the list can show
const CONNECTION_LOST = {
  code: "connection_lost",
  message: "The connection broke before the server said what became of it.",
};

/**
 * The books of sent messages: every entry ends delivered or failed, and each change is reported.
 *
 * History carries no clientId, so what was stored while the connection was down is found again
 * by its id if it was acknowledged, by its content otherwise.
 */
export class Outbox {
  /** Without an outcome yet, in the order they were sent. @type {Map<string, Entry>} */
  #open = new Map();
  /** Given up, though a broadcast may still come. @type {Map<string, Entry>} */
  #lost = new Map();
  /** Acknowledged and open, by the server's id. @type {Map<string, Entry>} */
  #byMessageId = new Map();
  /** The latest delivered, by the server's id. @type {Map<string, Entry>} */
  #receipts = new Map();
  #prefix = crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
  #count = 0;
  #onChange;

  /** @param {(entry: Entry) => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** How many have had no outcome yet. */
  get size() {
    return this.#open.size;
  }

  /** @returns {Entry | undefined} the one that has waited longest */
  get oldest() {
    return this.#open.values().next().value;
  }

  /**
   * @param {string} roomId
   * @param {string} content
   * @param {Entry["run"]} run
   * @returns {Entry}
   */
  add(roomId, content, run) {
    /** @type {Entry} */
    const entry = {
      clientId: `${this.#prefix}-${++this.#count}`,
      roomId,
      content,
      run,
      sentAt: performance.now(),
      status: "waiting",
      messageId: null,
      acknowledged: null,
      acknowledgedMs: null,
      deliveredMs: null,
      error: null,
    };
    this.#open.set(entry.clientId, entry);
    this.#onChange(entry);
    return entry;
  }

  /**
   * Notes the server's answer, which may come before or after the broadcast.
   * @param {Entry} entry
   * @param {import("./connection.js").Answer} answer
   */
  acknowledge(entry, answer) {
    if (answer.error) {
      this.#settle(entry, "failed", answer.error);
      return;
    }
    entry.acknowledged = answer.status;
    entry.acknowledgedMs = performance.now() - entry.sentAt;
    entry.messageId = answer.id ?? null;
    if (entry.messageId && entry.status === "waiting") {
      this.#byMessageId.set(entry.messageId, entry);
    }
    this.#onChange(entry);
  }

  /**
   * Notes a broadcast.
   * @param {import("./api.js").Message} message
   * @returns {Entry | undefined} the entry, if this page sent the message
   */
  deliver({ id, clientId = "" }) {
    const entry = this.#open.get(clientId) ?? this.#lost.get(clientId);
    if (entry) {
      entry.deliveredMs = performance.now() - entry.sentAt;
      this.#found(entry, id);
    }
    return entry;
  }

  /**
   * Notes an `error` event.
   * @param {import("./connection.js").ServerError} error
   * @returns {boolean} whether it concerned a message of this page
   */
  fail({ id = "", clientId = "", code, message }) {
    const entry = this.#byMessageId.get(id) ?? this.#open.get(clientId);
    if (entry) this.#settle(entry, "failed", { code, message });
    return entry !== undefined;
  }

  /** No answer will come over the connection that has just broken. */
  connectionLost() {
    this.#lost.clear();
    for (const entry of this.#open.values()) {
      entry.status = "unsure";
      this.#onChange(entry);
    }
  }

  /**
   * What is known of a message from the history; settles one whose outcome was not known.
   * @param {import("./api.js").Message} message
   * @returns {Entry | undefined} nothing if it was not sent from here, or long ago
   */
  receipt(message) {
    const entry = this.#byMessageId.get(message.id) ?? this.#findUnsure(message);
    if (entry?.status === "unsure") this.#found(entry, message.id);
    return this.#receipts.get(message.id);
  }

  /** After the history was searched: what was not found has failed, as far as one can tell. */
  giveUp() {
    for (const entry of [...this.#open.values()]) {
      if (entry.status !== "unsure") continue;
      this.#lost.set(entry.clientId, entry);
      this.#settle(entry, "failed", CONNECTION_LOST);
    }
  }

  /** @param {import("./api.js").Message} message @returns {Entry | undefined} */
  #findUnsure({ roomId, content }) {
    for (const entry of this.#open.values()) {
      if (entry.status !== "unsure") return undefined; // sent later, over the new connection
      if (entry.roomId === roomId && entry.content === content) return entry;
    }
    return undefined;
  }

  /** @param {Entry} entry @param {string} messageId */
  #found(entry, messageId) {
    this.#receipts.set(messageId, entry);
    if (this.#receipts.size > MOST_RECEIPTS) {
      this.#receipts.delete(this.#receipts.keys().next().value ?? "");
    }
    this.#lost.delete(entry.clientId);
    this.#settle(entry, "delivered");
  }

  /**
   * @param {Entry} entry
   * @param {"delivered" | "failed"} status
   * @param {Entry["error"]} error
   */
  #settle(entry, status, error = null) {
    entry.run?.settle(entry.status, status);
    entry.status = status;
    entry.error = error;
    this.#open.delete(entry.clientId);
    if (entry.messageId) this.#byMessageId.delete(entry.messageId);
    this.#onChange(entry);
  }
}
