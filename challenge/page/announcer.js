/** Tells a screen reader what arrives: a summary now and then, not every greeting. */

import { byId } from "./dom.js";

const EVERY_MS = 4000;

/** Reads out others' messages: one as it is, several as their number. */
export class Announcer {
  #root = byId("announcer");
  #count = 0;
  #last = { sender: "", content: "" };
  #timer = 0;

  /** @param {import("./api.js").Message} message */
  add(message) {
    this.#count++;
    this.#last = message;
    this.#timer ||= setTimeout(() => this.#announce(), EVERY_MS);
  }

  #announce() {
    const { sender, content } = this.#last;
    this.#root.textContent =
      this.#count === 1
        ? `${sender}: ${content}`
        : `${this.#count} new messages, the last from ${sender}`;
    this.#count = 0;
    this.#timer = 0;
  }
}
