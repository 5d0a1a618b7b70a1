/**
 * The HTTP side of the server, one method for each address.
 *
 * Addresses are relative, so that the page also works behind a proxy that adds a prefix.
 */

/**
 * @typedef {{roomId: string, name: string, participants: string[]}} Room
 * @typedef {object} Message
 * @property {string} id
 * @property {string} roomId
 * @property {string} sender
 * @property {string} content
 * @property {string} timestamp  when the server accepted it: UTC, ISO 8601
 * @property {string} [clientId]  only in broadcasts: what the sender called it
 * @property {string} [traceId]  only in broadcasts, and only if the trace is kept
 * @property {import("./outbox.js").Entry} [receipt]  added by this page to messages it sent itself
 * @typedef {{limit?: number, before?: string, after?: string}} HistoryQuery
 */

/** What the server refused, in its own words; status 0 means that it did not answer at all. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * The name of the server, while it takes messages, and where its traces are to be seen, if anywhere.
 * @returns {Promise<{status: string, server: string, traces: string | null}>}
 */
export async function ready() {
  const response = await request("GET", "ready");
  if (!response.ok) throw new ApiError(response.status, "shutting_down", "the server is not ready");
  return await response.json();
}

/**
 * Whether the server's data files are sound, and which were set aside.
 * @returns {Promise<{status: string, damaged_files: string[]}>}
 */
export async function health() {
  const response = await request("GET", "health");
  return await response.json();
}

/** Calls in the name of one user, or of nobody before the log-in. */
export class Api {
  #token;
  #onExpired;

  /**
   * @param {string | null} token
   * @param {() => void} onExpired  called when the server no longer takes the token
   */
  constructor(token = null, onExpired = () => {}) {
    this.#token = token;
    this.#onExpired = onExpired;
  }

  /** @param {string} username @param {string} password @returns {Promise<{username: string}>} */
  signUp(username, password) {
    return this.#call("POST", "api/auth/signup", { username, password });
  }

  /**
   * @param {string} username
   * @param {string} password
   * @returns {Promise<{token: string, username: string}>}
   */
  logIn(username, password) {
    return this.#call("POST", "api/auth/login", { username, password });
  }

  /** @returns {Promise<Room[]>} */
  async rooms() {
    return (await this.#call("GET", "api/chatrooms")).rooms;
  }

  /** @param {string} name @param {string[]} participants @returns {Promise<Room>} */
  createRoom(name, participants) {
    return this.#call("POST", "api/chatrooms", { name, participants });
  }

  /** @param {string} roomId @param {string} username @returns {Promise<Room>} */
  invite(roomId, username) {
    return this.#call("POST", `api/chatrooms/${encodeURIComponent(roomId)}/invite`, { username });
  }

  /**
   * Stored messages, oldest first.
   * @param {string} roomId
   * @param {HistoryQuery} query
   * @returns {Promise<Message[]>}
   */
  async history(roomId, query) {
    const parameters = new URLSearchParams(/** @type {Record<string, string>} */ (query));
    const path = `api/chatrooms/${encodeURIComponent(roomId)}/messages?${parameters}`;
    return (await this.#call("GET", path)).messages;
  }

  /** @param {string} method @param {string} path @param {object} [body] */
  async #call(method, path, body) {
    const response = await request(method, path, this.#token, body);
    const answer = await response.json().catch(() => null);
    if (!response.ok || answer === null) {
      const { code, message } = answer?.error ?? {};
      if (code === "bad_token") this.#onExpired();
      throw new ApiError(
        response.status,
        code ?? "internal",
        message ?? `The server answered with HTTP ${response.status} and no explanation.`,
      );
    }
    return answer;
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {string | null} [token]
 * @param {object} [body]
 */
async function request(method, path, token, body) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  try {
    return await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new ApiError(0, "unreachable", "The server does not answer. Is it running?");
  }
}
