/* Pages work without this file. It warns before typed text is left behind, stops a form from
   being sent twice, prints, moves to the list of errors, and opens folds on wide screens. */
"use strict";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  delete form.dataset.changed;
  if (form.method === "post") {
    form.dataset.sent = "yes";
  }
  if ((form.getAttribute("action") || "").endsWith("/logout/")) {
    // What autosave.js kept here is for nobody who sits down next.
    const kept = Object.keys(localStorage).filter((key) => key.startsWith("waypost.text."));
    kept.forEach((key) => localStorage.removeItem(key));
  }
});

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form && form.method === "post" && !form.querySelector("[type=password]")) {
    form.dataset.changed = "yes";
  }
});

window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-changed]")) {
    event.preventDefault();
  }
});

// The browser can bring a page back from memory with its form still marked as sent.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// What no connection can carry stays in the form, with words that say so.
document.addEventListener("submit", (event) => {
  if (navigator.onLine || event.target.method !== "post") {
    return;
  }
  event.preventDefault();
  delete event.target.dataset.sent;
  event.target.dataset.changed = "yes";
  const words = document.querySelector("[data-offline-words]");
  if (words) {
    words.hidden = false;
    words.focus();
  }
});

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js").catch(() => {});
}

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

const folds = document.querySelectorAll("details.fold");
if (window.matchMedia("(min-width: 62em)").matches && !CSS.supports("selector(::details-content)")) {
  folds.forEach((fold) => {
    fold.open = true;
  });
}

// Without this file the hint stands beside every wide table on a narrow screen.
const hints = document.querySelectorAll(".scroll-hint");
const hint = () =>
  hints.forEach((words) => {
    const region = words.nextElementSibling;
    const wider = region.scrollWidth > region.clientWidth;
    words.dataset.scrolls = wider || region.scrollHeight > region.clientHeight ? "yes" : "no";
  });
if (hints.length) {
  hint();
  window.addEventListener("resize", hint);
}

// The box for all rows ticks each of them; one that is unticked takes it back.
const all = document.querySelector("[data-ticks-all]");
if (all) {
  const boxes = document.querySelectorAll(`[form="${all.form.id}"][name="${all.name}"]`);
  all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
  boxes.forEach((box) =>
    box.addEventListener("change", () => {
      all.checked = [...boxes].every((one) => one.checked);
    }),
  );
}
