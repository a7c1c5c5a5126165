// What Gradio's own components tell a screen reader wrongly.
function correct() {
  // Every message is labelled with its markdown source, which would be read out in place of the message.
  const labelled = document.querySelectorAll("#chat [data-testid][aria-label]");
  for (const message of labelled) message.removeAttribute("aria-label");
  // The examples are called a list and are none.
  for (const list of document.querySelectorAll("#chat .examples[role=list]")) {
    list.setAttribute("role", "group");
    list.setAttribute("aria-label", "Examples");
  }
}

new MutationObserver(correct).observe(document.body, {
  subtree: true,
  childList: true,
  attributeFilter: ["aria-label", "role"],
});
correct();
