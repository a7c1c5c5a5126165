// The evidence panel: draws the source cards, and opens an article at the words that a citation points to.
// Texts of articles and answers are only ever set as text nodes, never parsed as HTML.
// Gradio runs this file as the body of a function with `element`, `props`, `server` and `watch` in scope.
const CHIP = '#chat a[href^="#cite-"]';
const part = (name) => element.querySelector(`[data-part="${name}"]`);
const sheet = element.closest("#evidence");
let opener = null; // what had the focus before the panel was opened as a sheet
let drawn; // the value shown, as JSON: Gradio sends it again and again while an answer grows
let request = 0; // the latest article asked for: answers to earlier requests are dropped

function create(tag, className, ...children) {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children);
  return node;
}

function supportMeter(card) {
  const filled = create("i", "");
  filled.style.width = `${card.support_percent}%`;
  const meter = create("span", "meter", filled);
  meter.setAttribute("aria-hidden", "true");
  return [meter, create("span", "support", card.support)];
}

function drawCard(card) {
  const button = create("button", "card");
  button.type = "button";
  button.dataset.reference = card.reference;
  const title = create("span", "title", card.title);
  const origin = create("span", "origin", create("span", "", card.source));
  if (card.number) title.prepend(create("span", "number", String(card.number)));
  if (card.support) origin.append(...supportMeter(card));
  button.append(title, origin, create("q", "", card.quote));
  return create("li", "", button);
}

function drawIfChanged() {
  const value = JSON.stringify(props.value);
  if (value !== drawn) draw();
  drawn = value;
}

function draw() {
  const panel = props.value || { state: "empty", heading: "Sources", hint: "", cards: [] };
  const focused = document.activeElement?.dataset.reference;
  element.dataset.state = panel.state;
  part("heading").textContent = panel.heading;
  part("hint").textContent = panel.state === "empty" ? "The sources of an answer appear here." : panel.hint;
  part("cards").replaceChildren(...panel.cards.map(drawCard));
  if (panel.state === "empty") part("article").replaceChildren();
  highlight(part("article").dataset.reference);
  if (focused) cards().find((card) => card.dataset.reference === focused)?.focus();
}

const cards = () => [...part("cards").querySelectorAll(".card")];

function highlight(reference) {
  for (const card of cards()) card.classList.toggle("on", card.dataset.reference === reference);
  for (const chip of document.querySelectorAll(CHIP)) {
    chip.classList.toggle("on", chip.getAttribute("href") === `#cite-${reference}`);
  }
}

function drawSegment({ text, kind, quoted }) {
  const [first, ...rest] = text.split("\n");
  const lines = rest.flatMap((line) => [create("span", "break", "\n"), line]);
  return create(quoted ? "mark" : "span", kind, first, ...lines);
}

function drawArticle(article) {
  if (article.error) return [create("p", "hint", article.error)];
  const text = create("div", "text", ...article.segments.map(drawSegment));
  const heading = create("header", "", create("h3", "", article.title), create("div", "origin", article.source));
  return [heading, text];
}

async function openArticle(reference) {
  const current = ++request;
  const article = await server.open_article(reference).catch(() => ({ error: "The article could not be opened." }));
  if (current !== request) return;
  const target = part("article");
  target.dataset.reference = reference;
  target.replaceChildren(...drawArticle(article));
  highlight(reference);
  showSheet();
  target.querySelector("mark")?.scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
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

element.addEventListener("click", (event) => {
  const card = event.target.closest(".card");
  if (card) openArticle(card.dataset.reference);
  if (event.target.closest('[data-part="close"]')) hideSheet();
});

// On the document, because Gradio makes the chips anew while an answer streams.
document.addEventListener(
  "click",
  (event) => {
    const chip = event.target.closest?.(CHIP);
    if (!chip) return;
    event.preventDefault();
    event.stopPropagation();
    openArticle(chip.getAttribute("href").slice("#cite-".length));
  },
  true,
);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hideSheet();
});
document.addEventListener("show-sources", showSheet);

// Gradio labels every message with its markdown source, which no screen reader should read out.
new MutationObserver(() => {
  const labelled = document.querySelectorAll("#chat [data-testid][aria-label]");
  for (const message of labelled) message.removeAttribute("aria-label");
}).observe(document.body, { subtree: true, childList: true, attributeFilter: ["aria-label"] });

watch("value", drawIfChanged);
drawIfChanged();
