// The evaluation page: starts the quick set, and follows it.
const at = (id) => document.getElementById(id);
const PAUSE_MS = 1000;

document.documentElement.style.colorScheme = localStorage.getItem("theme") || ""; // as it was chosen in the chat

async function follow() {
  const progress = await fetch("eval/progress", { cache: "no-store" })
    .then((answer) => answer.json())
    .catch(() => ({ busy: true, stage: "The connection is lost. Trying again…", fraction: 0, error: "" }));
  at("run").disabled = progress.busy;
  at("bar").hidden = !progress.busy;
  at("bar").value = progress.fraction;
  at("stage").textContent = progress.busy ? progress.stage : progress.version ? "Done." : "";
  at("error").textContent = progress.error;
  if (progress.error) at("stage").textContent = "";
  if ("report" in progress) at("last").hidden = !progress.report;
  if (progress.busy) setTimeout(follow, PAUSE_MS);
}

at("run").addEventListener("click", async () => {
  await fetch("eval/run", { method: "POST" }).catch(() => {});
  follow();
});
follow();
