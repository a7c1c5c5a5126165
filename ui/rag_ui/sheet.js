// The panel: its two tabs, and on a phone the sheet that it is.
const sheet = element.closest("#evidence");
const section = element.querySelector("section");
const tabs = [...element.querySelectorAll("[role=tab]")];
let opener = null; // what had the focus before the panel was opened as a sheet

function showTab(name) {
  section.dataset.tab = name;
  for (const tab of tabs) {
    const chosen = tab.dataset.tab === name;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !chosen;
  }
  if (name === "library") loadArticles();
}

function showSheet() {
  if (!sheet.classList.contains("open")) opener = document.activeElement;
  sheet.classList.add("open");
}

function hideSheet() {
  if (!sheet.classList.contains("open")) return;
  sheet.classList.remove("open");
  opener?.focus();
}

element.querySelector("[role=tablist]").addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (tab) showTab(tab.dataset.tab);
});
element.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  const other = tabs.find((tab) => tab.getAttribute("aria-selected") !== "true");
  showTab(other.dataset.tab);
  other.focus();
});
part("close").addEventListener("click", hideSheet);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hideSheet();
});
document.addEventListener("show-sources", () => {
  showSheet();
  tabs.find((tab) => tab.getAttribute("aria-selected") === "true").focus();
});
