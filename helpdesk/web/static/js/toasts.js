// What just happened: shows itself, leaves by itself, waits while one reads it or can undo it.
let region;

export function toasts(element) {
  region = element;
  for (const toast of element.querySelectorAll("[data-toast]")) tend(toast);
  new MutationObserver((changes) => {
    for (const node of changes.flatMap((change) => [...change.addedNodes])) if (node.matches?.("[data-toast]")) tend(node);
  }).observe(element, { childList: true });
  element.addEventListener("click", (event) => {
    if (event.target.closest("[data-toast-close]")) leave(event.target.closest("[data-toast]"));
  });
}

export function say(words) {
  const template = document.querySelector("template[data-toast-template]");
  if (!region || !template) return;
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.querySelector("[data-toast-words]").textContent = words;
  region.append(toast);
}

// An answer that never came, or that says the server failed, is told and not swallowed.
export function tellFailures() {
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      // A list that refreshes itself tries again anyway.
      if (!event.detail.elt.matches("[data-behaviour~=live]")) say(region?.dataset.failed ?? "");
    });
  }
}

function tend(toast) {
  const seconds = Number(toast.dataset.seconds);
  if (!seconds) return;
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => leave(toast), seconds * 1000);
  };
  for (const stop of ["mouseenter", "focusin"]) toast.addEventListener(stop, () => clearTimeout(timer));
  for (const go of ["mouseleave", "focusout"]) toast.addEventListener(go, wait);
  wait();
}

function leave(toast) {
  toast.dataset.leaving = "";
  setTimeout(() => toast.remove(), 200);
}
