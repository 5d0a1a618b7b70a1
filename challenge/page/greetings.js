/** New Year's greetings at a chosen rate: the small midnight that anyone may start. */

import { byId } from "./dom.js";
import { formatCount } from "./format.js";

const TICK_MS = 20;
const REDRAW_MS = 100;
const MOST_PER_TICK = 50; // a tab that slept sends on, but not all it missed at once

const GREETINGS = [
  "새해 복 많이 받으세요!",
  "Happy New Year!",
  "행복한 새해 되세요!",
  "Wishing you a healthy and happy year.",
  "올 한 해도 건강하세요!",
  "All the best for the new year!",
  "새해에는 좋은 일만 가득하길 바랍니다.",
  "Cheers to new beginnings!",
];

/** One run of greetings: so many, this fast; the outbox counts what became of them. */
export class Run {
  sent = 0;
  delivered = 0;
  failed = 0;
  #startedAt = performance.now();
  #timer = 0;
  #perMs;
  #send;

  /**
   * @param {number} perSecond
   * @param {number} seconds
   * @param {(content: string, run: Run) => void} send
   */
  constructor(perSecond, seconds, send) {
    this.planned = Math.round(perSecond * seconds);
    this.#perMs = perSecond / 1000;
    this.#send = send;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  get running() {
    return this.#timer !== 0;
  }

  /**
   * Counts an outcome; one that was given up may turn out well after all.
   * @param {import("./outbox.js").Entry["status"]} before
   * @param {"delivered" | "failed"} after
   */
  settle(before, after) {
    if (before === "failed") this.failed--;
    this[after]++;
  }

  /** Sends no more; what is on its way still arrives and is counted. */
  stop() {
    clearInterval(this.#timer);
    this.#timer = 0;
  }

  #tick() {
    const due = Math.floor((performance.now() - this.#startedAt) * this.#perMs) + 1;
    const most = Math.min(due, this.planned, this.sent + MOST_PER_TICK);
    while (this.sent < most && this.running) {
      const n = ++this.sent;
      this.#send(`${GREETINGS[n % GREETINGS.length]} (${n})`, this);
    }
    if (this.sent === this.planned) this.stop();
  }
}

/** The form that starts and stops a run, and says how it stands. */
export class GreetingsPanel {
  #form = byId("greetings");
  #button = byId("greet");
  #progress = byId("greetings-progress");
  #status = byId("greetings-status");
  /** @type {Run | null} */
  #run = null;
  #timer = 0;

  /** @param {() => ((content: string, run: Run) => void) | null} aim  null: not possible now */
  constructor(aim) {
    this.#form.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      if (this.#run?.running) this.stop();
      else this.#start(aim());
    });
  }

  /** Ends a run in progress, whether by the button or because the connection is gone. */
  stop() {
    this.#run?.stop();
    this.#draw();
  }

  /** Shows how the run stands, soon and once, however often it is asked to. */
  refresh() {
    this.#timer ||= setTimeout(() => this.#draw(), REDRAW_MS);
  }

  /** @param {((content: string, run: Run) => void) | null} send */
  #start(send) {
    if (!send) {
      this.#status.textContent = "Open a room and wait for the connection first.";
      return;
    }
    const { rate, seconds } = this.#form.elements;
    this.#run = new Run(rate.valueAsNumber, seconds.valueAsNumber, send);
    this.#draw();
  }

  #draw() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const run = this.#run;
    if (!run) return;
    const { planned, sent, delivered, failed } = run;
    this.#button.textContent = run.running ? "Stop" : "Send greetings";
    this.#progress.hidden = false;
    this.#progress.max = planned;
    this.#progress.value = delivered;
    this.#status.textContent =
      `${formatCount(sent)} of ${formatCount(planned)} sent · ` +
      `${formatCount(delivered)} delivered · ${formatCount(sent - delivered - failed)} waiting · ` +
      `${formatCount(failed)} failed`;
  }
}
