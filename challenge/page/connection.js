/** The Socket.IO side of the server: one connection that comes back by itself. */

import { io } from "./socket.io.min.js";

const RECONNECT_FIRST_MS = 300;
const RECONNECT_LATEST_MS = 2000; // a workshop restarts its server often: look again soon

/**
 * @typedef {"connecting" | "connected" | "lost" | "refused"} State
 * @typedef {{status: "ok" | "stored" | "queued" | "refused", id?: string,
 *            error?: {code: string, message: string}}} Answer
 * @typedef {{code: string, message: string, id?: string, clientId?: string}} ServerError
 * @typedef {object} Handlers
 * @property {(state: State, detail: string) => void} onState
 * @property {(message: import("./api.js").Message) => void} onMessage
 * @property {(error: ServerError) => void} onError
 */

/** A connection for one token; `close` ends it for good. */
export class Connection {
  #socket;
  #handlers;
  #retry = 0;

  /**
   * @param {string} token
   * @param {Handlers} handlers
   */
  constructor(token, handlers) {
    this.#handlers = handlers;
    this.#socket = io({
      auth: { token },
      path: new URL("socket.io", document.baseURI).pathname,
      // WebSocket first: a polling request takes few packets, and a burst has many.
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      reconnectionDelay: RECONNECT_FIRST_MS,
      reconnectionDelayMax: RECONNECT_LATEST_MS,
    });
    this.#socket.on("connect", () => handlers.onState("connected", ""));
    this.#socket.on("disconnect", () => this.#onDown("lost", "Connection lost."));
    this.#socket.on("connect_error", (/** @type {Error} */ error) => this.#onConnectError(error));
    this.#socket.on("message", handlers.onMessage);
    this.#socket.on("error", handlers.onError);
    handlers.onState("connecting", "Connecting.");
  }

  get connected() {
    return this.#socket.connected;
  }

  /**
   * Emits an event; the answer comes whenever the server is done, or never if the connection
   * breaks first, so callers listen to the state as well.
   * @param {"send_message" | "join_room" | "leave_room"} event
   * @param {object} payload
   * @param {(answer: Answer) => void} onAnswer
   */
  emit(event, payload, onAnswer) {
    this.#socket.emit(event, payload, onAnswer);
  }

  close() {
    clearTimeout(this.#retry);
    this.#socket.disconnect();
  }

  /** @param {Error} error */
  #onConnectError(error) {
    if (this.#socket.active) this.#onDown("lost", "The server does not answer.");
    else this.#onDown("refused", error.message);
  }

  /** @param {State} state @param {string} detail */
  #onDown(state, detail) {
    this.#handlers.onState(state, detail);
    if (this.#socket.active) return; // the client library tries again by itself
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#socket.connect(), RECONNECT_LATEST_MS);
  }
}
