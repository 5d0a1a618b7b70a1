/** Small helpers for the page's elements. Text always goes in as text, never as HTML. */

import { ApiError } from "./api.js";

/**
 * The element with this id, which index.html promises.
 * @param {string} id
 * @returns {any} any, so that callers may use it as the input, form or list that it is
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no element with the id ${id}`);
  return found;
}

/**
 * Makes an element; strings among the children become text.
 * @param {string} tag
 * @param {Record<string, unknown>} properties
 * @param {...(Node | string)} children
 * @returns {any}
 */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/**
 * Sets a text that screen readers announce, unless it is there already: it would be read again.
 * @param {HTMLElement} node
 * @param {string} text
 */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Runs an action when a form is submitted, once at a time, and shows in the form's alert
 * what the server said against it.
 * @param {HTMLFormElement} form
 * @param {(submitter: string) => Promise<void>} action  gets the value of the button pressed
 */
export function onSubmit(form, action) {
  const alert = /** @type {HTMLElement} */ (form.querySelector("[role=alert]"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    alert.textContent = "";
    try {
      await action(/** @type {any} */ (event.submitter)?.value ?? "");
    } catch (error) {
      alert.textContent = describeError(error);
    } finally {
      form.ariaBusy = "false";
    }
  });
}

/** The server's own words, with the code they go by. @param {unknown} error */
export function describeError(error) {
  if (!(error instanceof ApiError)) throw error;
  return `${error.message} (${error.code})`;
}
