// The header: how far loading is, light or dark, and the way to the sources on a phone.
// Gradio runs this file as the body of a function with `element` in scope.
const part = (name) => element.querySelector(`[data-part="${name}"]`);
const POLL_MS = 400;

function describe({ ready, error, stage, fraction }) {
  if (error) return error;
  return ready ? "" : `${stage}… ${Math.round(100 * fraction)}%`;
}

async function followLoading() {
  const status = part("status");
  try {
    const progress = await (await fetch("healthz")).json();
    status.textContent = describe(progress);
    status.classList.toggle("failed", Boolean(progress.error));
    if (progress.ready || progress.error) return;
  } catch {
    status.textContent = "The server does not answer.";
  }
  setTimeout(followLoading, POLL_MS);
}

function useTheme(theme) {
  document.body.classList.toggle("dark", theme === "dark");
  document.documentElement.style.colorScheme = theme;
}

const remembered = localStorage.getItem("theme");
if (remembered) useTheme(remembered);

part("theme").addEventListener("click", () => {
  const theme = document.body.classList.contains("dark") ? "light" : "dark";
  useTheme(theme);
  localStorage.setItem("theme", theme);
});
part("sources").addEventListener("click", () => document.dispatchEvent(new Event("show-sources")));

followLoading();
