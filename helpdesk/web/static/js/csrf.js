// Every request that htmx sends carries the page's token; inherited hx-headers would leak it into fragments.
export function signRequests() {
  const token = document.querySelector("meta[name=csrf-token]")?.content;
  document.addEventListener("htmx:configRequest", (event) => {
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
  });
}
