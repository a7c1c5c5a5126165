// All articles: the list, its filter, opening one, and removing one's own.
const MOST_SHOWN = 200; // rows: more would take long to draw, and nobody reads on
let articles = [];
let taking = false; // whether the server takes files in

async function loadArticles() {
  try {
    const found = await (await fetch("articles", { cache: "no-store" })).json();
    articles = found.articles;
    taking = found.uploads;
  } catch {
    setText(part("count"), "The list could not be fetched.");
    return;
  }
  part("adding").hidden = !taking;
  drawArticles();
}

function told(article) {
  const passages = article.passages === 1 ? "1 passage" : `${article.passages} passages`;
  const copy = article.copy_of && `same story as “${article.copy_of}”`;
  return [article.publisher, article.published, passages, copy].filter(Boolean).join(" · ");
}

function drawRow(article) {
  const title = create("span", { class: "title" }, article.title);
  const open = button({ class: "card", "data-doc": article.doc_id, title: article.doc_id }, title);
  open.append(create("span", { class: "origin" }, told(article)));
  const row = create("li", {}, open);
  if (article.own) {
    const label = `Remove ${article.title}`;
    row.append(button({ class: "quiet", "data-remove": article.doc_id, "aria-label": label }, "Remove"));
  }
  return row;
}

function drawArticles() {
  const words = part("filter").value.toLowerCase().split(/\s+/);
  const matching = articles.filter((article) => {
    const text = `${article.title} ${article.publisher} ${article.published} ${article.doc_id}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const shown = matching.slice(0, MOST_SHOWN);
  const rest = matching.length > shown.length ? `; the first ${shown.length} are shown` : "";
  const noun = articles.length === 1 ? "article" : "articles";
  const some = matching.length < articles.length ? `${matching.length} of ` : "";
  setText(part("count"), `${some}${articles.length} ${noun}${rest}`);
  part("articles").replaceChildren(...shown.map(drawRow));
}

document.addEventListener("articles-changed", loadArticles);
part("filter").addEventListener("input", drawArticles);
part("articles").addEventListener("click", (event) => {
  const opened = event.target.closest("[data-doc]");
  if (opened) openArticle({ doc_id: opened.dataset.doc });
  const removed = event.target.closest("[data-remove]");
  if (removed) removeUpload(removed.dataset.remove);
});
