// How far loading is, and whether the server is there at all. Once there are articles, and whenever they change, a page
// that has no questions to offer asks for some.
const LOADING_MS = 400;
const WATCHING_MS = 3000;
let ready = false;
let changes = 0; // of the articles that this page knows of

function askForExamples() {
  if (!document.querySelector("#chat .example")) trigger("load");
}

function describe({ ready, error, stage, fraction }) {
  if (error) return error;
  return ready ? "" : `${stage}… ${Math.round(100 * fraction)}%`;
}

async function followServer() {
  const status = part("status");
  let pause = WATCHING_MS;
  try {
    const progress = await (await fetch("healthz", { cache: "no-store" })).json();
    setText(status, describe(progress));
    status.classList.toggle("failed", Boolean(progress.error));
    if (!progress.ready && !progress.error) pause = LOADING_MS;
    if (progress.ready && !ready) askForExamples();
    if (progress.changes !== changes) document.dispatchEvent(new Event("articles-changed"));
    ({ ready, changes } = progress);
  } catch {
    setText(status, "The connection is lost. Trying again…");
    status.classList.add("failed");
  }
  setTimeout(followServer, pause);
}

addEventListener("offline", followServer);
document.addEventListener("articles-changed", askForExamples);
followServer();
