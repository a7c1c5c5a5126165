// The header: light or dark, and the way to the sources on a phone.
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
document.addEventListener("sources-drawn", (event) => setText(part("count"), String(event.detail || "")));
part("sources").addEventListener("click", () => document.dispatchEvent(new Event("show-sources")));
