// Feedback: "Right" and "Wrong" under each whole answer, and a field for what is right.
// The bars stand in Gradio's own messages; whenever Gradio draws those anew, the bars are put back.
// Gradio runs this file as the body of a function with `props`, `trigger` and `watch` in scope.
const VERDICTS = { right: ["✓", "Right"], wrong: ["✗", "Wrong"] };
const TOOLTIP = "Your opinion is kept on this machine only, for the review of the answers.";
const AT_THE_END = 80; // pixels from the end of the chat within which a reader follows it
const bars = []; // of each answer, in their order; undefined: none

function create(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function createBar(number) {
  const give = (verdict, text) => trigger("submit", { number, verdict, right_answer: text });
  const buttons = Object.entries(VERDICTS).map(([verdict, [icon, word]]) => {
    const button = create("button", { type: "button", title: TOOLTIP, "data-verdict": verdict });
    button.append(create("span", { "aria-hidden": "true" }, icon), ` ${word}`);
    button.addEventListener("click", () => give(pressed(button) ? "" : verdict, ""));
    return button;
  });
  const text = create("input", { type: "text", maxlength: "2000", required: "", autocomplete: "off" });
  const label = create("label", {}, create("span", {}, "What is right?"), text);
  const form = create("form", { hidden: "" }, label, create("button", { type: "submit", title: TOOLTIP }, "Send"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    give(buttons.find(pressed).dataset.verdict, text.value);
  });
  const remark = create("span", { role: "status", class: "remark" });
  // The chat is a live region: it would read the bar out after every answer.
  const group = { class: "feedback", role: "group", "aria-label": "Is this answer right?", "aria-live": "off" };
  return { node: create("div", group, ...buttons, remark, form), buttons, form, remark };
}

const pressed = (button) => button.getAttribute("aria-pressed") === "true";

function update(bar, { verdict, asks, remark }) {
  for (const button of bar.buttons) button.setAttribute("aria-pressed", String(button.dataset.verdict === verdict));
  if (!asks && bar.form.contains(document.activeElement)) bar.buttons.find(pressed)?.focus();
  const opens = asks && bar.form.hidden;
  bar.form.hidden = !asks;
  if (opens) bar.form.scrollIntoView({ block: "nearest" });
  if (bar.remark.textContent !== remark) bar.remark.textContent = remark;
}

function draw() {
  const states = props.value || [];
  for (const bar of bars.splice(states.length)) bar?.node.remove();
  states.forEach((state, number) => {
    if (state) update((bars[number] ??= createBar(number)), state);
  });
  place();
}

function place() {
  const log = document.querySelector("#chat [role=log]");
  const answers = document.querySelectorAll("#chat .bot-row .flex-wrap");
  answers.forEach((answer, number) => {
    const node = bars[number]?.node;
    if (!node || node.parentNode === answer) return;
    const followed = log.scrollHeight - log.scrollTop - log.clientHeight < AT_THE_END;
    answer.append(node);
    if (followed) log.scrollTop = log.scrollHeight;
  });
}

// On the body, because the chat may not be there yet.
new MutationObserver(place).observe(document.body, { subtree: true, childList: true });
watch("value", draw);
draw();
