/** The chat after the log-in: joins the parts, and passes on what the server says. */

import { Api } from "./api.js";
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { byId, describeError, say } from "./dom.js";
import { GreetingsPanel } from "./greetings.js";
import { LatencyPanel } from "./latency.js";
import { Outbox } from "./outbox.js";
import { OutboxView } from "./outbox_view.js";
import { RoomList } from "./rooms.js";
import { showServer } from "./server.js";
import { endSession } from "./session.js";

const CLOCK_MS = 100; // how often the clocks of waiting messages move on

const STATES = {
  connecting: "Connecting…",
  connected: "Connected",
  lost: "Connection lost. Trying again…",
  refused: "The server refuses the connection. Trying again…",
};

/**
 * @typedef {import("./api.js").Message} Message
 * @typedef {import("./outbox.js").Entry} Entry
 */

/** One user's chat, from log-in to log-out. */
export class Chat {
  #outbox = new Outbox((entry) => this.#onEntry(entry));
  #outboxView = new OutboxView(({ roomId, content }) => this.send(roomId, content));
  #latency = new LatencyPanel(this.#outbox);
  #greetings = new GreetingsPanel(() => this.#aimGreetings());
  #rooms;
  #conversation;

  /** @param {import("./session.js").Session} session */
  constructor({ token, username }) {
    this.username = username;
    this.api = new Api(token, () => endSession("Your session has ended. Please log in again."));
    this.#conversation = new Conversation(this);
    this.#rooms = new RoomList(this.api, (room) => this.#openRoom(room));
    byId("who").textContent = username;
    byId("log-out").addEventListener("click", () => endSession());
    document.addEventListener("visibilitychange", () => document.hidden || this.#loadRooms());
    setInterval(() => this.#tick(), CLOCK_MS);
    this.connection = new Connection(token, {
      onState: (state, detail) => this.#onState(state, detail),
      onMessage: (message) => this.#onMessage(message),
      onError: (error) => this.#onError(error),
    });
  }

  /**
   * Sends a message; the outbox and its view tell what becomes of it.
   * @param {string} roomId
   * @param {string} content
   * @param {Entry["run"]} run
   */
  send(roomId, content, run = null) {
    const entry = this.#outbox.add(roomId, content, run);
    const { clientId } = entry;
    this.connection.emit("send_message", { roomId, content, clientId }, (answer) => {
      this.#outbox.acknowledge(entry, answer);
      if (entry.acknowledged) this.#latency.explain(entry.acknowledged);
    });
  }

  /** Adds what is known of it to a stored message of one's own. @param {Message} message */
  withReceipt(message) {
    const receipt = message.sender === this.username ? this.#outbox.receipt(message) : undefined;
    return receipt ? { ...message, receipt } : message;
  }

  /** The open room shows all there is: what was not found by now has failed. */
  onCaughtUp() {
    this.#outbox.giveUp();
  }

  /** @param {import("./connection.js").State} state @param {string} detail */
  #onState(state, detail) {
    const reason = state === "refused" ? ` (${detail})` : "";
    say(byId("state"), STATES[state] + reason);
    document.body.dataset.state = state;
    if (state === "connected") {
      this.#notice("");
      showServer();
      this.#conversation.resume();
      this.#loadRooms();
    } else if (state !== "connecting") {
      this.#greetings.stop();
      this.#conversation.hold();
      this.#outbox.connectionLost();
      if (state === "refused") this.#loadRooms(); // tells an expired token from a busy server
    }
  }

  /** @param {Message} message */
  #onMessage(message) {
    const receipt = this.#outbox.deliver(message);
    if (receipt) this.#latency.add(receipt.deliveredMs ?? 0);
    if (!this.#conversation.receive(receipt ? { ...message, receipt } : message)) {
      this.#rooms.addUnread(message.roomId);
    }
  }

  /** @param {import("./connection.js").ServerError} error */
  #onError(error) {
    if (!this.#outbox.fail(error)) this.#notice(`${error.message} (${error.code})`);
  }

  /** @param {Entry} entry */
  #onEntry(entry) {
    this.#outboxView.update(entry);
    this.#conversation.updateReceipt(entry);
    this.#latency.refresh();
    if (entry.run) this.#greetings.refresh();
  }

  #tick() {
    if (this.#outbox.size === 0) return;
    this.#outboxView.tick();
    this.#latency.refresh();
  }

  #aimGreetings() {
    const roomId = this.#conversation.target;
    if (roomId === null) return null;
    return (/** @type {string} */ content, /** @type {Entry["run"]} */ run) =>
      this.send(roomId, content, run);
  }

  /** @param {import("./api.js").Room} room */
  #openRoom(room) {
    this.#outboxView.open(room.roomId);
    this.#conversation.open(room);
  }

  async #loadRooms() {
    try {
      await this.#rooms.load();
    } catch (error) {
      this.#notice(`The rooms could not be loaded: ${describeError(error)}`);
    }
  }

  /** @param {string} text */
  #notice(text) {
    say(byId("notice"), text);
  }
}
