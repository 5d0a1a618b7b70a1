/** Starts the page: the log-in form, or the chat if this tab has a session. */

import { Api } from "./api.js";
import { Chat } from "./chat.js";
import { byId, onSubmit } from "./dom.js";
import { showServer } from "./server.js";
import { loadSession, saveSession, takeNotice } from "./session.js";

/** @param {import("./session.js").Session} session */
function enter(session) {
  byId("log-in").hidden = true;
  byId("chat").hidden = false;
  byId("user").hidden = false;
  new Chat(session);
}

function askWho() {
  const form = byId("log-in-form");
  byId("log-in").hidden = false;
  byId("log-in-notice").textContent = takeNotice();
  onSubmit(form, async (submitter) => {
    const { username, password } = form.elements;
    const api = new Api();
    if (submitter === "sign-up") await api.signUp(username.value, password.value);
    const session = await api.logIn(username.value, password.value);
    saveSession(session);
    enter(session);
  });
  form.elements.username.focus();
}

showServer();
const session = loadSession();
if (session) enter(session);
else askWho();
