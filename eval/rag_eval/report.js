// Filters the answers. Without this script all of them are shown.
"use strict";

const form = document.querySelector("#filter");
const count = document.querySelector("#count");
const fold = document.querySelector("#fold");
const answers = [...document.querySelectorAll(".answer")];
const questions = [...document.querySelectorAll(".question")];
const words = new Map();

function wordsOf(answer) {
  if (!words.has(answer)) {
    const shared = [...answer.parentElement.children].filter((part) => !part.matches(".answer"));
    words.set(answer, [...shared, answer].map((part) => part.textContent).join(" ").toLowerCase());
  }
  return words.get(answer);
}

function matches(answer, { system, verdict, kind, text }) {
  return (
    (!system || answer.dataset.system === system) &&
    (!verdict || answer.dataset.verdict === verdict) &&
    (!kind || answer.dataset.kind === kind) &&
    (!text || wordsOf(answer).includes(text.toLowerCase()))
  );
}

function filter() {
  const wanted = Object.fromEntries(new FormData(form));
  for (const answer of answers) answer.hidden = !matches(answer, wanted);
  for (const question of questions) question.hidden = !question.querySelector(".answer:not([hidden])");
  fold.textContent = "Open shown";
  count.textContent = `${answers.filter((answer) => !answer.hidden).length} of ${answers.length} answers`;
}

function showTarget() {
  const answer = document.querySelector(":target")?.closest(".answer");
  if (!answer) return;
  if (answer.hidden) {
    form.reset();
    filter();
  }
  answer.open = true;
  answer.scrollIntoView();
}

fold.addEventListener("click", () => {
  const open = fold.textContent === "Open shown";
  for (const answer of answers) if (!answer.hidden) answer.open = open;
  fold.textContent = open ? "Close shown" : "Open shown";
});
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(filter));
addEventListener("hashchange", showTarget);

form.hidden = false;
filter();
showTarget();
