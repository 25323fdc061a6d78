/* Saves an answer's draft after three seconds of quiet and on leaving, and says so. What could
   not be saved stays in this browser, for this person and answer, until it is saved, discarded,
   a week old, or the person signs out (waypost.js). */
"use strict";

{
  const QUIET = 3000;
  const RETRY = 15000;
  const WEEK = 7 * 24 * 3600 * 1000;
  const LONGEST_PARTING = 60000; // bytes that a browser still sends for a page that is gone
  const PREFIX = "waypost.text.";
  const TEXTS = ["unchanged_reason", "narrative", "rating", "rating_reason", "measures", "next_steps"];
  const ONLY_BY_SAVE = /^(file.*|link.*|remove|uploaded|library|woven)$/;
  const form = document.querySelector("form[data-autosave]");
  const status = form.querySelector("[data-autosave-status]");
  const version = form.elements.version;
  const key = PREFIX + form.dataset.autosave;
  let saved = "unsaved" in form.dataset ? "" : texts(); // what the portal has
  let unsure = ""; // what was sent and not answered: sent again first
  let sending = null;
  let stopped = false;
  let leaving = false;
  let signingOut = false; // waypost.js erases what is kept: nothing is kept any more
  let timer = 0;

  /** The text fields as they stand, as one string. */
  function texts() {
    const all = new FormData(form);
    return JSON.stringify(Object.fromEntries(TEXTS.filter((n) => all.has(n)).map((n) => [n, all.get(n)])));
  }

  function say(what, words = "") {
    const content = document.querySelector(`template[data-say=${what}]`).content.cloneNode(true);
    const place = content.querySelector("[data-words]");
    if (place) {
      place.textContent = words;
    }
    status.replaceChildren(content);
  }

  // --- In this browser ------------------------------------------------------------------------
  function kept(name) {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  }

  /** False where the browser keeps nothing. */
  function keep(more = {}) {
    if (signingOut) {
      return false;
    }
    try {
      const copy = { texts: texts(), version: version.value, at: Date.now(), ...more };
      localStorage.setItem(key, JSON.stringify(copy));
      return true;
    } catch {
      return false;
    }
  }

  function forget() {
    try {
      localStorage.removeItem(key);
    } catch {
      // Nothing was kept.
    }
  }

  function forgetOld() {
    Object.keys(localStorage)
      .filter((name) => name.startsWith(PREFIX))
      .filter((name) => Date.now() - (kept(name)?.at || 0) > WEEK)
      .forEach((name) => localStorage.removeItem(name));
  }

  // --- To the portal --------------------------------------------------------------------------
  /** Whether something is typed or chosen that only Save takes. */
  function hasEvidence() {
    // Of the form's elements, since ticks under it belong to it too.
    const fields = [...form.elements].filter((field) => ONLY_BY_SAVE.test(field.name));
    return fields.some((field) => (field.type === "checkbox" ? field.checked : field.value));
  }

  function body(text) {
    return new URLSearchParams({
      ...JSON.parse(text),
      csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value,
      version: version.value,
      action: "autosave",
    });
  }

  /** Send one text; true when the portal has it. */
  async function send(text) {
    unsure = text;
    let answer;
    let words = null;
    try {
      answer = await fetch(location.pathname, {
        method: "POST",
        body: body(text),
        redirect: "manual",
        keepalive: leaving && text.length < LONGEST_PARTING,
      });
      if ((answer.headers.get("Content-Type") || "").startsWith("application/json")) {
        words = await answer.json();
      }
    } catch {
      answer = { status: 503 };
    }
    if (answer.status >= 500) {
      say(keep() ? "offline" : "not-kept");
      timer = setTimeout(save, RETRY);
      return false;
    }
    unsure = "";
    if (words === null) {
      stopped = true;
      say(keep() ? "signed-out" : "not-kept");
    } else if (answer.status === 409) {
      stopped = true;
      say(words.conflict ? "conflict" : "words", words.message);
    } else {
      say("words", words.message);
    }
    if (answer.status !== 200 || words === null) {
      return false;
    }
    // In the other forms of the page too, which would be refused to the one who wrote this.
    document.querySelectorAll("input[name=version]").forEach((field) => (field.value = words.version));
    saved = text;
    if (texts() === saved) {
      forget();
      if (!hasEvidence()) {
        delete form.dataset.changed;
      }
    } else {
      keep();
    }
    return true;
  }

  async function sendAll() {
    while (!stopped && (unsure || texts() !== saved)) {
      if (!(await send(unsure || texts()))) {
        return;
      }
    }
  }

  function save() {
    clearTimeout(timer);
    sending ??= sendAll().finally(() => {
      sending = null;
    });
    return sending;
  }

  // --- When -------------------------------------------------------------------------------------
  form.addEventListener("input", (event) => {
    if (TEXTS.includes(event.target.name)) {
      signingOut = false; // the reader stayed
      keep();
      clearTimeout(timer);
      timer = setTimeout(save, QUIET);
    }
  });

  window.addEventListener("online", () => unsure && save());

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && texts() !== saved && "changed" in form.dataset) {
      leaving = true;
      save();
    }
    leaving = document.visibilityState === "hidden";
  });

  // The text goes on its way and a copy stays here: no need to hold the reader back.
  window.addEventListener(
    "beforeunload",
    () => {
      if (!("changed" in form.dataset) || stopped || !navigator.onLine || hasEvidence()) {
        return;
      }
      if (texts().length < LONGEST_PARTING && keep()) {
        leaving = true;
        save();
        delete form.dataset.changed;
      }
    },
    true,
  );

  document.addEventListener("submit", (event) => {
    signingOut = (event.target.getAttribute("action") || "").endsWith("/logout/");
  });

  // Save waits for an autosave that is under way, so that nobody conflicts with themself. What
  // upload.js holds back until a file is through goes on being saved meanwhile.
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) {
      return;
    }
    clearTimeout(timer);
    if (sending) {
      event.preventDefault();
      event.stopPropagation();
      const { submitter } = event;
      sending.then(() => form.requestSubmit(submitter));
      return;
    }
    if (kept(key)) {
      keep({ sent: true });
    }
  });

  // --- What was kept before -------------------------------------------------------------------
  function offer(copy) {
    const notice = document.querySelector("[data-kept]");
    const at = notice.querySelector("[data-kept-at]");
    at.textContent = new Date(copy.at).toLocaleString(document.documentElement.lang);
    at.dateTime = new Date(copy.at).toISOString();
    notice.hidden = false;
    notice.querySelector("[data-kept-use]").addEventListener("click", () => {
      notice.hidden = true;
      // On the version it was typed at: what somebody saved since then is a conflict, not lost.
      version.value = copy.version;
      Object.entries(JSON.parse(copy.texts)).forEach(([name, value]) => {
        // A part that is locked by now takes it along unseen: the conflict page shows it.
        const place = form.elements[name] ?? form.appendChild(document.createElement("input"));
        Object.assign(place, form.elements[name] ? { value } : { type: "hidden", name, value });
      });
      const first = form.querySelector(TEXTS.map((name) => `[name=${name}]`).join());
      first.focus();
      first.dispatchEvent(new Event("input", { bubbles: true }));
    });
    notice.querySelector("[data-kept-drop]").addEventListener("click", () => {
      notice.hidden = true;
      forget();
    });
  }

  try {
    forgetOld();
  } catch {
    // This browser keeps nothing.
  }
  const copy = kept(key);
  if (copy && !("unsaved" in form.dataset)) {
    const arrived = copy.sent && Number(version.value) > Number(copy.version);
    if (arrived || copy.texts === texts()) {
      forget();
    } else {
      offer(copy);
    }
  }
}
