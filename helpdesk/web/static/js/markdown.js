// Where Markdown is written: buttons that put marks around what is chosen, pictures by pasting and dropping.
export function markdown(element) {
  const text = element.querySelector("textarea");
  const bar = element.querySelector("[role=toolbar]");
  const state = element.querySelector("[data-state]");
  bar.hidden = false;

  for (const button of bar.querySelectorAll("[data-mark]")) {
    button.addEventListener("click", () => put(text, button.dataset.mark));
  }
  text.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const mark = { b: "**", i: "_", k: "[](https://)" }[event.key];
    if (!mark) return;
    event.preventDefault();
    put(text, mark);
  });

  if (!element.dataset.upload) return;
  const take = (event, files) => {
    if (!files?.length) return;
    event.preventDefault();
    send(element, text, state, files);
  };
  text.addEventListener("paste", (event) => take(event, event.clipboardData?.files));
  text.addEventListener("drop", (event) => take(event, event.dataTransfer?.files));
}

function put(text, mark) {
  const { selectionStart: start, selectionEnd: end, value } = text;
  const chosen = value.slice(start, end);
  text.focus();
  if (mark.endsWith(" ")) {
    const line = value.lastIndexOf("\n", start - 1) + 1;
    const lines = value.slice(line, end).split("\n");
    const marked = lines.map((each, n) => (mark === "1. " ? `${n + 1}. ` : mark) + each);
    text.setRangeText(marked.join("\n"), line, end, "end");
  } else if (mark.startsWith("[]")) {
    text.setRangeText(`[${chosen}](https://)`, start, end, "end");
  } else {
    text.setRangeText(mark + chosen + mark, start, end, "end");
    if (!chosen) text.selectionStart = text.selectionEnd = start + mark.length;
  }
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

async function send(element, text, state, files) {
  const sent = new FormData();
  for (const file of files) sent.append("files", file);
  state.textContent = "…";
  try {
    const token = document.querySelector("meta[name=csrf-token]").content;
    const headers = { "X-CSRFToken": token, Accept: "application/json" };
    const answer = await fetch(element.dataset.upload, { method: "POST", body: sent, headers });
    if (!answer.ok) throw new Error(answer.status);
    const rows = await answer.json();
    text.setRangeText(rows.map((row) => row.markdown).join("\n"), text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    state.textContent = "";
  } catch {
    state.textContent = element.dataset.failed;
  }
}
