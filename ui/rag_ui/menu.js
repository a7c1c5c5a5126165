// The menu. It saves the conversation: the server writes the file, the browser puts it on disk.
const menu = part("menu");
let requests = 0;

menu.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-kind]");
  if (!chosen) return;
  menu.open = false;
  menu.querySelector("summary").focus();
  trigger("download", { kind: chosen.dataset.kind, asked: ++requests });
});
menu.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
menu.addEventListener("toggle", () => {
  const empty = !document.querySelector("#chat [data-testid=user]");
  for (const save of menu.querySelectorAll("[data-kind]")) save.disabled = empty;
});
document.addEventListener("click", (event) => {
  if (!menu.contains(event.target)) menu.open = false;
});

watch("value", () => {
  const file = props.value;
  if (!file || file.asked !== requests) return;
  const url = URL.createObjectURL(new Blob([file.text], { type: "text/plain;charset=utf-8" }));
  create("a", { href: url, download: file.name }).click();
  URL.revokeObjectURL(url);
});
