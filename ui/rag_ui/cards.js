// The sources of the latest answer, as cards.
let drawn; // the value shown, as JSON: Gradio sends it again and again while an answer grows

function supportMeter(card) {
  const filled = create("i", { style: `width: ${card.support_percent}%` });
  return [
    create("span", { class: "meter", "aria-hidden": "true" }, filled),
    create("span", { class: "support" }, card.support),
  ];
}

function drawCard(card) {
  const title = create("span", { class: "title" }, card.title);
  const origin = create("span", { class: "origin" }, create("span", {}, card.source));
  if (card.number) title.prepend(create("span", { class: "number" }, String(card.number)));
  if (card.support) origin.append(...supportMeter(card));
  const attributes = { class: "card", "data-reference": card.reference, "data-support": card.support };
  return create("li", {}, button(attributes, title, origin, create("q", {}, card.quote)));
}

function draw() {
  const panel = props.value || { state: "empty", heading: "Sources", hint: "", cards: [] };
  const value = JSON.stringify(panel);
  if (value === drawn) return;
  drawn = value;
  const focused = document.activeElement?.dataset.reference;
  element.dataset.state = panel.state;
  setText(part("heading"), panel.heading);
  setText(part("hint"), panel.state === "empty" ? "The sources of an answer appear here." : panel.hint);
  part("cards").replaceChildren(...panel.cards.map(drawCard));
  document.dispatchEvent(new CustomEvent("sources-drawn", { detail: panel.cards.length }));
  if (panel.state === "empty") part("article").replaceChildren();
  else showTab("answer");
  highlight(part("article").dataset.reference);
  if (focused) part("cards").querySelector(`[data-reference="${CSS.escape(focused)}"]`)?.focus();
}

part("cards").addEventListener("click", (event) => {
  const card = event.target.closest(".card");
  if (card) openArticle({ reference: card.dataset.reference });
});
watch("value", draw);
