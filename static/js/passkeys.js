/* Passkeys: a form with data-passkey asks the browser for one and sends what it answers. The
   options stand in data-options, or are fetched from data-options-from. */
"use strict";

async function optionsOf(form) {
  if (form.dataset.options) {
    return JSON.parse(form.dataset.options);
  }
  const answer = await fetch(form.dataset.optionsFrom, { headers: { Accept: "application/json" } });
  if (!answer.ok) {
    throw new Error(`no options: ${answer.status}`);
  }
  return (await answer.json()).request_options;
}

async function askForPasskey(form) {
  const problem = form.querySelector("[data-passkey-problem]");
  problem.hidden = true;
  try {
    const answer = await window.webauthnJSON[form.dataset.passkey](await optionsOf(form));
    form.elements.credential.value = JSON.stringify(answer);
    delete form.dataset.changed;
    form.submit();
  } catch {
    problem.hidden = false;
    delete form.dataset.sent;
  }
}

if (window.PublicKeyCredential) {
  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    form.querySelector("[data-passkey-missing]").hidden = true;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      askForPasskey(form);
    });
  });
}
