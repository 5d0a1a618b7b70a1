/** Who is logged in: kept until the tab is closed, never longer. */

const KEY = "new-year-chat";
const NOTICE_KEY = `${KEY}-notice`;

/** @typedef {{token: string, username: string}} Session */

/** @returns {Session | null} */
export function loadSession() {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "null");
}

/** @param {Session} session */
export function saveSession(session) {
  sessionStorage.setItem(KEY, JSON.stringify(session));
}

/**
 * Forgets the session and starts the page afresh: nothing of the last user stays in memory.
 * @param {string} notice  what the log-in form says; "" for nothing
 */
export function endSession(notice = "") {
  sessionStorage.removeItem(KEY);
  sessionStorage.setItem(NOTICE_KEY, notice);
  location.reload();
}

/** What the last session left to say, once. */
export function takeNotice() {
  const notice = sessionStorage.getItem(NOTICE_KEY) ?? "";
  sessionStorage.removeItem(NOTICE_KEY);
  return notice;
}
