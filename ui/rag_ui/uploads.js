// One's own articles: dropped on the page or chosen, sent one by one, told one by one, and searched soon after.
const POLL_MS = 300;
const TOLD_MS = 6000; // for which a file that arrived stays in the list of transfers
let following = false;
let changed = false; // since the server was asked last

function drawTransfer(name) {
  const bar = create("progress", { max: "1", value: "0", "aria-label": `Sending ${name}` });
  const state = create("span", { class: "state" });
  const node = create("li", {}, create("span", { class: "name" }, name), bar, state);
  part("transfers").append(node);
  return { node, bar, state };
}

function send(file, onProgress) {
  return new Promise((done) => {
    const sending = new XMLHttpRequest();
    sending.open("PUT", `uploads/${encodeURIComponent(file.name)}`);
    sending.responseType = "json";
    sending.upload.onprogress = (event) => onProgress(event.loaded / (event.total || 1));
    sending.onload = () => done(sending.status === 200 ? "" : sending.response?.error || "The server refused it.");
    sending.onerror = () => done("The connection was lost.");
    sending.send(file);
  });
}

async function add(file) {
  const { node, bar, state } = drawTransfer(file.name);
  const error = await send(file, (fraction) => (bar.value = fraction));
  bar.remove();
  node.classList.add(error ? "failed" : "arrived");
  state.textContent = error ? `Not added: ${error}` : "Added";
  if (error) node.append(button({ class: "quiet", "aria-label": `Dismiss ${file.name}`, "data-dismiss": "" }, "×"));
  else setTimeout(() => node.remove(), TOLD_MS);
}

async function addAll(files) {
  showTab("library");
  showSheet();
  for (const file of files) await add(file);
  followGrowth();
}

async function removeUpload(docId) {
  const name = docId.slice("uploads/".length);
  const answer = await fetch(`uploads/${encodeURIComponent(name)}`, { method: "DELETE" }).catch(() => null);
  if (!answer?.ok) setText(part("growth"), (await answer?.json())?.error || "The connection was lost.");
  else followGrowth();
}

async function followGrowth() {
  changed = true;
  if (following) return;
  following = true;
  for (let growth = { busy: true }; growth.busy || changed; ) {
    changed = false;
    growth = await fetch("uploads", { cache: "no-store" })
      .then((answer) => answer.json())
      .catch(() => ({ busy: false, error: "The connection was lost." }));
    const stage = `Making them searchable: ${growth.stage} ${Math.round(100 * growth.fraction)}%`;
    setText(part("growth"), growth.busy ? stage : growth.error || growth.left_out || "");
    if (growth.busy) await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
  following = false;
  document.dispatchEvent(new Event("articles-changed"));
}

const carriesFiles = (event) => taking && event.dataTransfer?.types.includes("Files");

part("add").addEventListener("click", () => part("chosen").click());
part("chosen").addEventListener("change", (event) => {
  addAll([...event.target.files]);
  event.target.value = "";
});
part("transfers").addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) event.target.closest("li").remove();
});
document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  part("dropping").hidden = false;
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) part("dropping").hidden = true;
});
document.addEventListener(
  "drop",
  (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    part("dropping").hidden = true;
    addAll([...event.dataTransfer.files]);
  },
  true,
);

// The last script of the panel: everything is defined, the panel can be drawn.
showTab("answer");
draw();
loadArticles();
