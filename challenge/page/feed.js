/** The order of one room's messages: history first, then live ones, each once. */

import { ApiError } from "./api.js";

const FIRST_PAGE = 50;
const CATCH_UP_PAGE = 100; // the most that the server gives at once
const REMEMBERED_IDS = 5000; // far more than can be between a message's storing and its broadcast

/**
 * @typedef {import("./api.js").Message} Message
 * @typedef {object} Shown  where the messages go
 * @property {() => void} clear
 * @property {(messages: Message[]) => void} append
 * @property {(messages: Message[]) => void} prepend
 * @property {string | null} firstId  of the first message shown
 * @property {boolean} atStart  whether there is nothing before it
 */

/**
 * Joins pages of history and live messages without a gap.
 *
 * While a page is on its way, live messages are held back; afterwards those that the page had
 * are dropped and the rest follow. The server stores before it broadcasts, so whatever is not in
 * the pages comes after them.
 */
export class Feed {
  #fetchPage;
  #shown;
  /** @type {Set<string>} */
  #seen = new Set();
  /** Live messages held back; null when they pass straight through. @type {Message[] | null} */
  #held = [];
  /** @type {string | null} */
  #lastId = null;
  #load = 0; // a newer load makes an older one, still waiting for its page, give way

  /**
   * @param {(query: import("./api.js").HistoryQuery) => Promise<Message[]>} fetchPage
   * @param {Shown} shown
   */
  constructor(fetchPage, shown) {
    this.#fetchPage = fetchPage;
    this.#shown = shown;
  }

  /** Shows the newest page in place of whatever was shown. */
  async open() {
    const load = this.#begin();
    const page = await this.#fetchPage({ limit: FIRST_PAGE });
    if (load !== this.#load) return;
    this.#seen.clear();
    this.#lastId = null;
    this.#shown.clear();
    this.#shown.atStart = page.length < FIRST_PAGE;
    this.#appendPage(page);
    this.#release();
  }

  /** Shows what was stored since the last message, after a time without a connection. */
  async catchUp() {
    if (this.#lastId === null) {
      await this.open();
      return;
    }
    const load = this.#begin();
    let page;
    let live;
    do {
      try {
        page = await this.#fetchPage({ after: this.#lastId, limit: CATCH_UP_PAGE });
      } catch (error) {
        // The message is gone: someone emptied the data folder. Start afresh.
        if (!(error instanceof ApiError) || error.code !== "bad_field") throw error;
        await this.open();
        return;
      }
      if (load !== this.#load) return;
      live = this.#appendPage(page);
    } while (page.length === CATCH_UP_PAGE && !live);
    this.#release();
  }

  /** Shows the page before the first message. */
  async older() {
    const before = this.#shown.firstId;
    if (before === null || this.#shown.atStart) return;
    const page = await this.#fetchPage({ before, limit: FIRST_PAGE });
    if (this.#shown.firstId !== before) return; // the list has moved on meanwhile
    this.#shown.atStart = page.length < FIRST_PAGE;
    this.#shown.prepend(page);
  }

  /** Takes a live message. @param {Message} message */
  receive(message) {
    if (this.#held) this.#held.push(message);
    else this.#append([message]);
  }

  /** Holds live messages back from now on: a gap is to be closed first. */
  hold() {
    this.#held ??= [];
  }

  /** Shows nothing more: another room is open. */
  close() {
    this.#begin();
  }

  #begin() {
    this.hold();
    return ++this.#load;
  }

  /**
   * Where a live message is in the page, it takes the stored one's place: it knows more.
   * @param {Message[]} page
   * @returns {boolean} whether the page reaches into the live messages
   */
  #appendPage(page) {
    const live = new Map(this.#held?.map((message) => [message.id, message]));
    this.#append(page.map((message) => live.get(message.id) ?? message));
    return page.some(({ id }) => live.has(id));
  }

  #release() {
    const held = this.#held ?? [];
    this.#held = null;
    this.#append(held);
  }

  /** @param {Message[]} messages */
  #append(messages) {
    const fresh = messages.filter(({ id }) => !this.#seen.has(id));
    for (const { id } of fresh) {
      this.#seen.add(id);
      this.#lastId = id;
    }
    for (const id of this.#seen) {
      if (this.#seen.size <= REMEMBERED_IDS) break;
      this.#seen.delete(id); // a set gives its oldest first
    }
    this.#shown.append(fresh);
  }
}
