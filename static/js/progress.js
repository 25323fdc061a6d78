/* Reads again how far awaited work is, until it is over; says so once at each quarter and at the
   end. The page works without: there a link reads it again. */
"use strict";

(() => {
  const EVERY = 1500; // milliseconds
  const SLOWEST = 15000;

  const follow = (block) => {
    const bar = block.querySelector("progress");
    const words = block.querySelector("[data-words]");
    const said = block.querySelector("[data-said]");
    let quarter = 0;
    let wait = EVERY;

    const show = (state) => {
      words.textContent = state.words;
      if (state.total) {
        bar.max = state.total;
        bar.value = state.done;
      }
      const now = state.total ? Math.floor((4 * state.done) / state.total) : 0;
      if (now > quarter || state.over) {
        said.textContent = state.words;
      }
      quarter = now;
      if (state.over) {
        block.querySelector("[data-title]").textContent = state.words;
        block.querySelector("[data-while]").hidden = true;
        block.classList.toggle("notice-error", state.failed);
        block.querySelector("[data-then]").hidden = false;
      }
    };

    const read = async () => {
      try {
        const answer = await fetch(block.dataset.awaited, { headers: { Accept: "application/json" } });
        if (!answer.ok || answer.redirected) {
          block.querySelector("[data-then]").hidden = false; // signed out, or gone: the page says
          return;
        }
        const state = await answer.json();
        show(state);
        wait = EVERY;
        if (state.over) {
          return;
        }
      } catch {
        words.textContent = block.dataset.lost;
        wait = Math.min(2 * wait, SLOWEST);
      }
      setTimeout(read, wait);
    };
    setTimeout(read, EVERY);
  };

  document.querySelectorAll("[data-awaited]").forEach(follow);
})();
