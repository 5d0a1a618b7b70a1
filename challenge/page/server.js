/** Which server this page talks to: by name, and by colour; and where its traces are. */

import { ApiError, health, ready } from "./api.js";
import { byId } from "./dom.js";
import { showTracesAt } from "./traces.js";

/** Asks the server for its name, its traces and damaged files, and shows all that. */
export async function showServer() {
  try {
    const [{ server, traces }, { damaged_files: damaged }] = await Promise.all([ready(), health()]);
    byId("server").textContent = server;
    document.title = `New Year chat on ${server}`;
    document.documentElement.dataset.server = server; // style.css chooses the colour by it
    showTracesAt(traces);
    byId("damaged").hidden = damaged.length === 0;
    byId("damaged").textContent = `This server set damaged files aside: ${damaged.join(", ")}`;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    byId("server").textContent = "no server";
  }
}
