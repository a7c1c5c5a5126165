// What all scripts of the page share. Texts of people, models and articles are only ever set as text nodes, never
// parsed as HTML. Gradio runs a component's scripts as the body of one function, with `element`, `props`, `server`,
// `trigger` and `watch` in scope.
const part = (name) => element.querySelector(`[data-part="${name}"]`);

function create(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function button(attributes, ...children) {
  return create("button", { type: "button", ...attributes }, ...children);
}

// A live region is read out whenever its text is set, even to the same.
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
