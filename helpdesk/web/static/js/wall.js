// A board that nobody sits at: the last news stay on it while the desk does not answer, and it says how old they are.
export function wall(board) {
  const warning = board.querySelector("[data-stale]");
  const time = warning.querySelector("time");
  let last = new Date();

  board.addEventListener("htmx:afterRequest", (event) => {
    const { status } = event.detail.xhr;
    const isAnswered = status === 200 || status === 304;
    if (isAnswered) last = new Date();
    else time.textContent = last.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    warning.hidden = isAnswered;
  });

  // Whoever is signed out gets another page: the board is not to show it in pieces.
  board.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status !== 200 || event.detail.xhr.responseText.includes('id="wall-news"')) return;
    event.detail.shouldSwap = false;
    location.reload();
  });
}
