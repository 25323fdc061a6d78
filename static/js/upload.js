/* Sends files in chunks with their progress, goes on after a lost connection, and puts a token for
   each whole file into the form. Without this file, or without crypto.subtle, the plain file field
   of the form is sent. */
"use strict";

(() => {
  const SMALLEST = 64 * 1024;
  const LARGEST = 1024 * 1024; // the server takes no more at once
  const QUICK = 2000; // milliseconds for a chunk, below which the next one is twice as large
  const SLOW = 8000;
  const LONGEST_WAIT = 30000;

  const inHex = (buffer) =>
    Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

  class Refused extends Error {}

  const answerOf = async (response) => {
    const type = response.headers.get("Content-Type") || "";
    if (type.startsWith("application/json")) {
      const state = await response.json();
      if (response.ok || response.status === 409) {
        return state;
      }
      throw new Refused(state.error);
    }
    if (response.status >= 500) {
      throw new Error("try again");
    }
    throw new Refused("");
  };

  const prepare = (block) => {
    const input = block.querySelector("input[type=file]");
    const form = input.form;
    const rows = block.querySelector("[data-rows]");
    const said = block.querySelector("[data-said]");
    const afterwards = block.querySelector("[data-afterwards]");
    const model = block.querySelector("template").content.firstElementChild;
    const words = block.dataset;
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const locale = document.documentElement.lang;
    const megabytes = new Intl.NumberFormat(locale, {
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    });
    let running = 0;
    let submitter = null; // pressed while files were on their way
    let latest = null; // the file chosen last

    const size = (bytes) =>
      bytes < 104858 ? `${Math.ceil(bytes / 1024)} KB` : `${megabytes.format(bytes / 1048576)} MB`;
    const fill = (text, values) =>
      text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));

    const waitForLine = (milliseconds) =>
      new Promise((resolve) => {
        const go = () => {
          clearTimeout(timer);
          window.removeEventListener("online", go);
          resolve();
        };
        const timer = setTimeout(go, milliseconds);
        window.addEventListener("online", go);
      });

    const ask = (url, body, headers = {}) =>
      fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token, ...headers } });

    const dropThere = (row) =>
      fetch(row.url, { method: "DELETE", headers: { "X-CSRFToken": token } }).catch(() => {});

    const hash = async (file) => {
      try {
        return inHex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      } catch {
        throw new Refused(words.unreadable);
      }
    };

    const waitWith = (pressed) => {
      submitter = pressed;
      said.textContent = words.afterwards;
      // Beside the button: the file may be far above it.
      (pressed.closest(".actions") || block).after(afterwards);
      afterwards.hidden = false;
    };

    const waitNoMore = () => {
      submitter = null;
      afterwards.hidden = true;
    };

    const persistently = async (row, work) => {
      for (let wait = 1000; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
        try {
          return await work();
        } catch (error) {
          if (error instanceof Refused || row.gone) {
            throw error;
          }
          row.say(fill(words.lost, { part: size(row.received), whole: size(row.file.size) }));
          await waitForLine(wait);
        }
      }
    };

    const send = async (row) => {
      const file = row.file;
      row.say(words.preparing);
      const sha256 = await hash(file);
      const announced = new URLSearchParams({ name: file.name, size: file.size, sha256 });
      let state = await persistently(row, async () => answerOf(await ask(words.upload, announced)));
      row.url = state.url;
      if (row.gone) {
        dropThere(row);
        throw new Refused("");
      }
      let length = 2 * SMALLEST;
      while (!state.complete) {
        row.show(state.received);
        const from = state.received;
        const began = performance.now();
        const chunk = file.slice(from, from + length);
        state = await persistently(row, async () =>
          answerOf(
            await ask(row.url, chunk, {
              "Content-Type": "application/octet-stream",
              "Upload-Offset": from,
            }),
          ),
        );
        const took = performance.now() - began;
        if (took < QUICK) {
          length = Math.min(2 * length, LARGEST);
        } else if (took > SLOW) {
          length = Math.max(length / 2, SMALLEST);
        }
      }
      return state.token;
    };

    const finish = () => {
      running -= 1;
      if (running === 0 && submitter) {
        const pressed = submitter;
        waitNoMore();
        form.requestSubmit(pressed.isConnected ? pressed : undefined);
      }
    };

    const begin = async (file) => {
      const item = model.cloneNode(true);
      const bar = item.querySelector("progress");
      const line = item.querySelector("[data-words]");
      const row = { file, received: 0, gone: false, url: "" };
      row.say = (text) => {
        line.textContent = text;
      };
      row.show = (received) => {
        row.received = received;
        bar.max = file.size;
        bar.value = received;
        row.say(fill(words.sending, { part: size(received), whole: size(file.size) }));
      };
      item.querySelectorAll("[data-name]").forEach((place) => {
        place.textContent = file.name;
      });
      row.drop = () => {
        row.gone = true;
        if (row.url) {
          dropThere(row);
        }
        item.remove();
        waitNoMore();
      };
      item.querySelector("[data-drop]").addEventListener("click", () => {
        row.drop();
        input.value = "";
        input.focus();
      });
      latest = row;
      rows.append(item);
      form.querySelectorAll("[data-part]").forEach((notice) => {
        notice.hidden ||= notice.dataset.part === file.name; // it goes on now
      });
      running += 1;
      try {
        const whole = await send(row);
        bar.hidden = true;
        row.say(fill(words.done, { whole: size(file.size) }));
        item.querySelectorAll("[disabled]").forEach((field) => {
          field.disabled = false;
        });
        const hidden = item.querySelector("[name=uploaded]");
        hidden.value = whole;
        hidden.dispatchEvent(new Event("input", { bubbles: true }));
        if (!row.gone) {
          said.textContent = `${file.name}: ${line.textContent}`;
        }
      } catch (error) {
        if (!row.gone) {
          bar.hidden = true;
          row.say(error.message || words.signedout);
          item.classList.add("field-wrong");
          said.textContent = line.textContent;
          input.value = ""; // so that the same file can be chosen again
          waitNoMore(); // what is wrong is read first
        }
      }
      finish();
    };

    input.addEventListener("change", () => {
      if (!words.several) {
        latest?.drop();
        form.querySelectorAll("[name=uploaded]:checked").forEach((before) => {
          before.checked = false;
        });
      }
      Array.from(input.files).forEach(begin);
    });

    // What was sent already is not sent again with the form; a choice that the browser brought back
    // with the page was not.
    form.addEventListener("formdata", (event) => {
      if (rows.childElementCount) {
        event.formData.delete(input.name);
      }
    });

    form.addEventListener("submit", (event) => {
      if (running > 0) {
        event.preventDefault();
        event.stopPropagation(); // the form is not sent yet
        waitWith(event.submitter || form.querySelector("[type=submit]"));
      }
    });

    input.multiple = Boolean(words.several);
    input.required = false;
  };

  if (window.crypto && crypto.subtle) {
    document.querySelectorAll("[data-upload]").forEach(prepare);
  }
})();
