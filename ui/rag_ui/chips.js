// The citations in the chat: named for screen readers, coloured by support, previewed on hover and focus.
// Listeners are on the document, because Gradio makes the chips anew while an answer streams.
const previews = new Map(); // the quote of each reference that was looked at
const bubble = create("div", { id: "preview", role: "tooltip", hidden: "" });
let previewed = null; // the chip that is looked at

function decorate() {
  for (const chip of document.querySelectorAll(`${CHIP}[title]`)) {
    const [support, ...where] = chip.title.split(", ");
    chip.dataset.support = support;
    chip.setAttribute("aria-label", `Source ${chip.textContent}: ${support}, ${where.join(", ")}`);
    chip.removeAttribute("title");
  }
}

async function quoteOf(reference) {
  if (!previews.has(reference)) previews.set(reference, server.preview(reference).catch(() => ({ error: "" })));
  return previews.get(reference);
}

async function preview(chip) {
  previewed = chip;
  const found = await quoteOf(referenceOf(chip));
  if (previewed !== chip || found.error !== undefined) return;
  const support = create("span", { class: "support" }, chip.dataset.support);
  const where = create("span", { class: "origin" }, `${found.title} · ${found.source}`);
  bubble.replaceChildren(create("q", {}, found.quote), where, support);
  bubble.dataset.support = chip.dataset.support;
  bubble.hidden = false;
  place(chip.getBoundingClientRect());
  chip.setAttribute("aria-describedby", "preview");
}

function place(chip) {
  const { width, height } = bubble.getBoundingClientRect();
  const above = chip.top - height - 8;
  bubble.style.left = `${Math.max(8, Math.min(chip.left, innerWidth - width - 8))}px`;
  bubble.style.top = `${above > 8 ? above : chip.bottom + 8}px`;
}

function hidePreview() {
  previewed?.removeAttribute("aria-describedby");
  previewed = null;
  bubble.hidden = true;
}

const chipOf = (event) => event.target.closest?.(CHIP);

for (const [enter, leave] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
  document.addEventListener(enter, (event) => chipOf(event) && preview(chipOf(event)));
  document.addEventListener(leave, (event) => chipOf(event) && hidePreview());
}
document.addEventListener("scroll", hidePreview, true);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hidePreview();
});
document.addEventListener(
  "click",
  (event) => {
    const chip = chipOf(event);
    if (!chip) return;
    event.preventDefault();
    event.stopPropagation();
    hidePreview();
    openArticle({ reference: referenceOf(chip) });
  },
  true,
);
element.closest("main").append(bubble); // in no sheet that may be hidden
new MutationObserver(decorate).observe(document.body, {
  subtree: true,
  childList: true,
  attributeFilter: ["title"],
});
decorate();
