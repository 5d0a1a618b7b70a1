/** The open room: its messages, and what one can do in it. */

import { Announcer } from "./announcer.js";
import { ApiError } from "./api.js";
import { byId, describeError, onSubmit, say } from "./dom.js";
import { Feed } from "./feed.js";
import { MessageList } from "./messages.js";

const NEAR_TOP_PX = 60; // scrolled this near to the start, older messages are fetched
const RETRY_MS = 2000;

/** @typedef {import("./api.js").Room} Room */

/** Shows one room at a time; `open` changes it. */
export class Conversation {
  #chat;
  #list;
  #announcer = new Announcer();
  /** @type {Room | null} */
  #room = null;
  /** @type {Feed | null} */
  #feed = null;
  /** Rooms whose messages this connection does not want. @type {Set<string>} */
  #left = new Set();
  #loadingOlder = false;
  #retry = 0;

  /** @param {import("./chat.js").Chat} chat */
  constructor(chat) {
    this.#chat = chat;
    this.#list = new MessageList(chat.username);
    const messages = byId("messages");
    messages.addEventListener("scroll", () => {
      if (messages.scrollTop < NEAR_TOP_PX) this.#older();
    });
    byId("older").addEventListener("click", () => this.#older());
    byId("newest").addEventListener("click", () => this.#load((feed) => feed.open()));
    byId("leave").addEventListener("click", () => this.#toggleLeft());
    onSubmit(byId("invite"), () => this.#invite());
    this.#listenToComposer();
  }

  /** The room that a message would go to now; null while none can be sent. */
  get target() {
    const { connected } = this.#chat.connection;
    return connected && this.#room && !this.#left.has(this.#room.roomId) ? this.#room.roomId : null;
  }

  /** @param {Room} room */
  open(room) {
    this.#feed?.close();
    this.#room = room;
    this.#feed = new Feed(async (query) => {
      const page = await this.#chat.api.history(room.roomId, query);
      return page.map((message) => this.#chat.withReceipt(message));
    }, this.#list);
    this.#list.clear();
    byId("room").hidden = false;
    byId("no-room").hidden = true;
    this.#drawHead();
    this.#load((feed) => feed.open());
    if (matchMedia("(pointer: fine)").matches) byId("content").focus();
  }

  /**
   * Takes a live message, if it is for this room.
   * @param {import("./api.js").Message} message
   * @returns {boolean} whether it was
   */
  receive(message) {
    if (message.roomId !== this.#room?.roomId) return false;
    this.#feed?.receive(message);
    if (message.sender !== this.#chat.username) this.#announcer.add(message);
    return true;
  }

  /** @param {import("./outbox.js").Entry} entry */
  updateReceipt(entry) {
    this.#list.updateReceipt(entry);
  }

  /** The connection broke: what comes next is shown only once the gap before it is closed. */
  hold() {
    this.#feed?.hold();
    this.#drawHead();
  }

  /** The connection is back, and with it this user is in all rooms again. */
  resume() {
    this.#left.clear();
    this.#drawHead();
    this.#load((feed) => feed.catchUp());
  }

  /** @param {(feed: Feed) => Promise<void>} step */
  async #load(step) {
    const feed = this.#feed;
    if (!feed) return;
    clearTimeout(this.#retry);
    try {
      await step(feed);
      this.#drawHead();
      this.#chat.onCaughtUp();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (feed !== this.#feed) return; // another room is open by now
      this.#say(`The messages could not be loaded: ${describeError(error)}. Trying again.`);
      this.#retry = setTimeout(() => this.#load((again) => again.catchUp()), RETRY_MS);
    }
  }

  async #older() {
    if (this.#loadingOlder) return;
    this.#loadingOlder = true;
    try {
      await this.#feed?.older();
    } catch (error) {
      this.#say(`Older messages could not be loaded: ${describeError(error)}`);
    } finally {
      this.#loadingOlder = false;
    }
  }

  async #invite() {
    const { elements } = byId("invite");
    const room = this.#room;
    if (!room) return;
    Object.assign(room, await this.#chat.api.invite(room.roomId, elements.username.value));
    byId("invite").reset();
    byId("invite-details").open = false;
    this.#drawHead();
  }

  #toggleLeft() {
    const { roomId = "" } = this.#room ?? {};
    const rejoins = this.#left.has(roomId);
    if (rejoins) this.#feed?.hold();
    this.#chat.connection.emit(rejoins ? "join_room" : "leave_room", { roomId }, ({ error }) => {
      if (error) {
        this.#say(`${error.message} (${error.code})`);
        return;
      }
      if (rejoins) this.#left.delete(roomId);
      else this.#left.add(roomId);
      this.#drawHead();
      if (rejoins && roomId === this.#room?.roomId) this.#load((feed) => feed.catchUp());
    });
  }

  #listenToComposer() {
    const form = byId("composer");
    const content = byId("content");
    form.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      const roomId = this.target;
      if (!roomId || content.value.trim() === "") return;
      this.#chat.send(roomId, content.value);
      content.value = "";
    });
    content.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      // While Korean is composed, Enter only ends the syllable.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
  }

  #drawHead() {
    const { roomId = "", name = "", participants = [] } = this.#room ?? {};
    const left = this.#left.has(roomId);
    byId("room-name").textContent = name;
    byId("room-people").textContent = participants.join(", ");
    byId("leave").textContent = left ? "Join again" : "Leave";
    byId("send").disabled = this.target === null;
    if (left) this.#say("You left: no new messages come in until you join again.");
    else if (!this.#chat.connection.connected) this.#say("Not connected. What you type is kept.");
    else this.#say("");
  }

  /** @param {string} text */
  #say(text) {
    say(byId("room-status"), text);
  }
}
