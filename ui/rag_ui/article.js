// The opened article: its whole text, with the words of a citation and those cited so far marked.
const CHIP = '#chat a[href^="#cite-"]';
let request = 0; // the latest article asked for: answers to earlier requests are dropped
let origin = null; // what the article was opened from

const referenceOf = (chip) => chip.getAttribute("href").slice("#cite-".length);
const chips = () => [...document.querySelectorAll(CHIP)];

function highlight(reference) {
  for (const card of element.querySelectorAll(".card")) {
    card.classList.toggle("on", card.dataset.reference === reference);
  }
  for (const chip of chips()) chip.classList.toggle("on", referenceOf(chip) === reference);
}

function drawSegment({ text, kind, quoted, cited }) {
  const [first, ...rest] = text.split("\n");
  const lines = rest.flatMap((line) => [create("span", { class: "break" }, "\n"), line]);
  const marked = quoted || cited;
  return create(marked ? "mark" : "span", { class: quoted ? `${kind} quoted` : kind }, first, ...lines);
}

function drawArticle(article) {
  const close = button({ "data-act": "close-article", "aria-label": "Close article", class: "quiet" }, "×");
  if (article.error) return [create("header", {}, create("p", { class: "hint" }, article.error), close)];
  const title = create("h2", {}, article.title);
  const only = button({ "data-act": "ask-only" }, "Ask only this article");
  only.addEventListener("click", () => {
    hideSheet();
    const detail = { doc_id: article.doc_id, title: article.title };
    document.dispatchEvent(new CustomEvent("ask-only", { detail }));
  });
  const about = create("div", { class: "about" }, create("span", { class: "origin" }, article.source), only);
  const text = create("div", { class: "text" }, ...article.segments.map(drawSegment));
  return [create("header", {}, create("div", {}, title, close), about), text];
}

// `wanted` is `{ reference }` of a quote, or `{ doc_id }` for the article as a whole.
async function openArticle(wanted) {
  const current = ++request;
  const cited = props.value?.cited ?? [];
  const failed = { error: "The article could not be opened." };
  const article = await server.open_article({ ...wanted, cited }).catch(() => failed);
  if (current !== request) return;
  origin = document.activeElement;
  const target = part("article");
  target.dataset.reference = wanted.reference || "";
  target.replaceChildren(...drawArticle(article));
  target.scrollTop = 0;
  highlight(wanted.reference);
  showSheet();
  target.querySelector("mark.quoted")?.scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
}

function closeArticle() {
  part("article").replaceChildren();
  highlight("");
  (origin?.isConnected ? origin : successor(origin))?.focus();
}

// What stands in the place of a row or a card that was drawn anew since.
function successor(node) {
  const { doc, reference } = node?.dataset || {};
  if (doc) return element.querySelector(`[data-doc="${CSS.escape(doc)}"]`);
  return reference && element.querySelector(`.card[data-reference="${CSS.escape(reference)}"]`);
}

part("article").addEventListener("click", (event) => {
  if (event.target.closest('[data-act="close-article"]')) closeArticle();
});
