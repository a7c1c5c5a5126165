// The only article that the next questions are about: named above the question, chosen in the panel.
function draw() {
  const scope = props.value;
  part("scope").hidden = !scope;
  setText(part("title"), scope ? scope.title : "");
}

function choose(scope) {
  props.value = scope;
  draw();
  document.querySelector("#question textarea")?.focus();
}

document.addEventListener("ask-only", (event) => choose(event.detail));
part("all").addEventListener("click", () => choose(null));
watch("value", draw);
draw();

// A page that is loaded anew, as Gradio does after a lost connection, goes on with its conversation; a link with `?q=`
// asks its question. Gradio connects the events of a page only after its scripts have run.
const link = new URLSearchParams(location.search);
const key = sessionStorage.getItem("conversation") || "";
const question = link.get("q") || "";
if (key || question) {
  setTimeout(() => trigger("submit", { key, question, source: link.get("source") || "" }));
}
