// How an answer was made: a dialogue, opened by the button under the answer.
const dialog = element.querySelector("dialog");
let shown; // the request whose details were shown last

function drawGroup({ heading, rows }) {
  const list = rows.flatMap(([name, value]) => [create("dt", {}, name), create("dd", {}, value)]);
  return create("section", {}, create("h3", {}, heading), create("dl", {}, ...list));
}

part("close").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close(); // a click beside it
});
watch("value", () => {
  if (!props.value || props.value.asked === shown) return;
  shown = props.value.asked;
  part("groups").replaceChildren(...props.value.groups.map(drawGroup));
  dialog.showModal();
});
