// A list that keeps itself fresh: asks with the ETag of the last answer, and not while someone is at work in it.
const etags = new Map();
let focusedRow = null;

export function live(element) {
  const url = element.getAttribute("hx-get");

  element.addEventListener("htmx:configRequest", (event) => {
    if (event.target === element && etags.has(url)) event.detail.headers["If-None-Match"] = etags.get(url);
  });
  element.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target === element && isBusy(element)) event.preventDefault();
  });
  element.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target !== element) return;
    const etag = event.detail.xhr.getResponseHeader("ETag");
    if (etag) etags.set(url, etag);
    focusedRow = element.contains(document.activeElement) ? document.activeElement.closest("tr")?.id : null;
  });

  // This may be the fresh list already: give the reader's place back.
  if (focusedRow) document.getElementById(focusedRow)?.querySelector("[data-item]")?.focus({ preventScroll: true });
  focusedRow = null;

  const wakeUp = () => {
    if (!element.isConnected) document.removeEventListener("visibilitychange", wakeUp);
    else if (!document.hidden) element.dispatchEvent(new Event("refresh"));
  };
  document.addEventListener("visibilitychange", wakeUp);
}

function isBusy(element) {
  return document.hidden || element.querySelector("tbody :checked, details[open]") || document.querySelector("dialog[open]");
}
