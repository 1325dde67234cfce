// A form is sent once: the second press does nothing, the button says what is going on.
export function submitOnce(form) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    const button = event.submitter;
    if (button) becomeBusy(button);
  });
  // The page may come back from the browser's memory, or the answer may be a fragment that leaves the form standing.
  addEventListener("pageshow", (event) => event.persisted && release(form));
  form.addEventListener("htmx:afterRequest", () => release(form));
}

function becomeBusy(button) {
  button.setAttribute("aria-disabled", "true");
  const words = button.querySelector("span");
  if (!words || !button.dataset.busy) return;
  button.dataset.idle = words.textContent;
  words.textContent = button.dataset.busy;
}

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll('button[aria-disabled="true"]')) {
    button.removeAttribute("aria-disabled");
    if (button.dataset.idle) button.querySelector("span").textContent = button.dataset.idle;
  }
}
