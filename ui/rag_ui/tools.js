// What stands under each finished answer that is shown: an opinion, copying, a link, asking again, how it was made.
// The bars stand in Gradio's own messages; whenever Gradio draws those anew, the bars are put back.
const VERDICTS = { right: ["✓", "Right"], wrong: ["✗", "Wrong"] };
const TOOLTIP = "Your opinion is kept on this machine only, for the review of the answers.";
const AT_THE_END = 80; // pixels from the end of the chat within which a reader follows it
const bars = []; // of each answer by its number; undefined: none
const chatLog = () => document.querySelector("#chat [role=log]");
const shown = () => props.value || { key: "", cleared: false, first: 0, answers: [] };
let requests = 0;

const pressed = (button) => button.getAttribute("aria-pressed") === "true";

function linkTo({ question, source }) {
  const link = new URL(location.pathname, location.origin);
  link.searchParams.set("q", question);
  if (source) link.searchParams.set("source", source);
  return link.href;
}

function createOpinion(number) {
  const give = (verdict, text) => trigger("submit", { number, verdict, right_answer: text });
  const buttons = Object.entries(VERDICTS).map(([verdict, [icon, word]]) => {
    const one = button({ title: TOOLTIP, "data-verdict": verdict });
    one.append(create("span", { "aria-hidden": "true" }, icon), ` ${word}`);
    one.addEventListener("click", () => give(pressed(one) ? "" : verdict, ""));
    return one;
  });
  const text = create("input", { type: "text", maxlength: "2000", required: "", autocomplete: "off" });
  const label = create("label", {}, create("span", {}, "What is right?"), text);
  const form = create("form", { hidden: "" }, label, create("button", { type: "submit", title: TOOLTIP }, "Send"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    give(buttons.find(pressed).dataset.verdict, text.value);
  });
  const remark = create("span", { role: "status", class: "remark" });
  const named = { class: "opinion", role: "group", "aria-label": "Is this answer right?" };
  return { group: create("div", named, ...buttons, remark, form), buttons, remark, form };
}

function createBar(number) {
  const bar = { ...createOpinion(number), state: null };
  const told = create("span", { role: "status" });
  const copy = async (text, done) => {
    await navigator.clipboard.writeText(text).catch(() => (done = "The browser does not let this page copy."));
    setText(told, done);
  };
  const act = (name, does) => {
    const one = button({ "data-act": name }, name);
    one.addEventListener("click", does);
    return one;
  };
  bar.copy = act("Copy", () => copy(bar.state.copy, "Copied with its quotes."));
  const link = act("Link", () => copy(linkTo(bar.state), "Copied a link that asks this question."));
  const again = act("Ask again", () => trigger("retry", { number }));
  const details = act("Details", () => trigger("select", { number, asked: ++requests }));
  const acts = create("div", { class: "acts" }, bar.copy, link, again, details, told);
  // The chat is a live region: it would read the bar out after every answer.
  bar.node = create("div", { class: "tools", "aria-live": "off" }, bar.group, acts);
  return bar;
}

function update(bar, state) {
  bar.state = state;
  bar.group.hidden = !state.opinion;
  bar.copy.hidden = !state.copy;
  const { verdict, asks, remark } = state.opinion || { verdict: "", asks: false, remark: "" };
  for (const one of bar.buttons) one.setAttribute("aria-pressed", String(one.dataset.verdict === verdict));
  if (!asks && bar.form.contains(document.activeElement)) bar.buttons.find(pressed)?.focus();
  const opens = asks && bar.form.hidden;
  bar.form.hidden = !asks;
  if (opens) bar.form.scrollIntoView({ block: "nearest" });
  setText(bar.remark, remark);
}

function draw() {
  const { key, first, answers } = shown();
  if (key) sessionStorage.setItem("conversation", key);
  for (const bar of [...bars.slice(0, first), ...bars.splice(first + answers.length)]) bar?.node.remove();
  answers.forEach((state, index) => {
    const number = first + index;
    if (state) update((bars[number] ??= createBar(number)), state);
  });
  place();
}

function place() {
  const log = chatLog();
  const answers = document.querySelectorAll("#chat .bot-row .flex-wrap");
  const { first } = shown();
  answers.forEach((answer, index) => {
    const node = bars[first + index]?.node;
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
