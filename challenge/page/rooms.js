/** The list of one's rooms, and the form that makes a new one. */

import { byId, element, onSubmit } from "./dom.js";

const MOST_SHOWN_UNREAD = 99;

/** @typedef {import("./api.js").Room} Room */

/** Shows the rooms, each with its unread messages; `onOpen` gets the one that was chosen. */
export class RoomList {
  /** @type {Map<string, {room: Room, unread: number, button: any, badge: any}>} */
  #entries = new Map();
  /** @type {string | null} */
  #openId = null;
  #loading = false;
  #api;
  #onOpen;

  /**
   * @param {import("./api.js").Api} api
   * @param {(room: Room) => void} onOpen
   */
  constructor(api, onOpen) {
    this.#api = api;
    this.#onOpen = onOpen;
    onSubmit(byId("new-room"), () => this.#create());
  }

  /** Asks the server which rooms there are; opens the first if none is open. */
  async load() {
    if (this.#loading) return;
    this.#loading = true;
    try {
      const rooms = await this.#api.rooms();
      for (const room of rooms) this.#add(room);
      if (rooms.length === 0) byId("new-room-details").open = true;
      else if (this.#openId === null) this.#open(rooms[0].roomId);
    } finally {
      this.#loading = false;
    }
  }

  /** Counts a message in a room that is not open. @param {string} roomId */
  addUnread(roomId) {
    const entry = this.#entries.get(roomId);
    if (!entry) {
      this.load().catch(() => {}); // we were just invited; should this fail, the next load may do
      return;
    }
    entry.unread++;
    entry.badge.textContent =
      entry.unread > MOST_SHOWN_UNREAD ? `${MOST_SHOWN_UNREAD}+` : String(entry.unread);
    entry.badge.hidden = false;
  }

  async #create() {
    const form = byId("new-room");
    const { name, participants } = form.elements;
    const room = await this.#api.createRoom(name.value, splitNames(participants.value));
    form.reset();
    byId("new-room-details").open = false;
    this.#add(room);
    this.#open(room.roomId);
  }

  /** @param {Room} room */
  #add(room) {
    const known = this.#entries.get(room.roomId);
    if (known) {
      known.room = room;
      return;
    }
    const badge = element("span", { className: "badge", title: "unread messages", hidden: true });
    const button = element("button", { type: "button" }, element("bdi", {}, room.name), badge);
    button.addEventListener("click", () => this.#open(room.roomId));
    byId("rooms").append(element("li", {}, button));
    byId("no-rooms").hidden = true;
    this.#entries.set(room.roomId, { room, unread: 0, button, badge });
  }

  /** @param {string} roomId */
  #open(roomId) {
    this.#openId = roomId;
    for (const [id, { button }] of this.#entries) button.ariaCurrent = String(id === roomId);
    const entry = this.#entries.get(roomId);
    if (!entry) return;
    entry.unread = 0;
    entry.badge.hidden = true;
    this.#onOpen(entry.room);
  }
}

/** Names as typed into one field, by commas or blanks. @param {string} text */
function splitNames(text) {
  return text.split(/[\s,]+/).filter((name) => name !== "");
}
