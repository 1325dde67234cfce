// The row in which a promise is typed: opened, it wants the time at once; Enter there never sends half a message.
export function promiseRow(row) {
  const said = row.querySelector("input[name=promise_said]");
  const opener = row.querySelector("summary");
  // Not on "toggle": a row that comes back open with an error must leave the focus to the sentence that says why.
  opener.addEventListener("click", () => requestAnimationFrame(() => row.open && said?.focus()));
  row.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      row.open = false;
      opener.focus();
    } else if (event.key === "Enter" && event.target.matches("input")) {
      event.preventDefault();
      row.querySelector("button[name=promise_only]")?.click();
    }
  });
}
