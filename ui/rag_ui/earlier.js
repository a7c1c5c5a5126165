// What is not shown: earlier questions, by a button above the first that is, and a conversation that was cleared.
const SETTLING_MS = 500; // from the first of the earlier answers drawn to the last of their words
const earlier = button({ class: "earlier" });
let sight = null; // what to keep in sight when more is drawn above: its pixels from the end, and the bars there are
const drawnBars = () => document.querySelectorAll("#chat .tools").length;

earlier.addEventListener("click", () => {
  sight = { below: chatLog().scrollHeight - chatLog().scrollTop, bars: drawnBars() };
  trigger("expand");
});
part("undo").addEventListener("click", () => {
  trigger("undo");
  document.querySelector("#question textarea")?.focus();
});

function placeEarlier() {
  const log = chatLog();
  const { first } = shown();
  if (!first || !log) earlier.remove();
  else if (log.firstChild !== earlier) log.prepend(earlier);
  if (log && sight && drawnBars() > sight.bars) {
    log.scrollTop = log.scrollHeight - sight.below;
    sight.settling ??= setTimeout(() => (sight = null), SETTLING_MS);
  }
}

function drawEarlier() {
  const { cleared, first } = shown();
  part("cleared").hidden = !cleared;
  setText(earlier, `Earlier questions (${first})`);
  placeEarlier();
}

new MutationObserver(placeEarlier).observe(document.body, { subtree: true, childList: true });
watch("value", drawEarlier);
