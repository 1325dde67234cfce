// The row in which a promise is typed: opened, it wants the time at once; Enter there never sends half a message.
export function promiseRow(row) {
  const said = row.querySelector("input[name=promise_said]");
  row.addEventListener("toggle", () => row.open && said?.focus());
  row.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      row.open = false;
      row.querySelector("summary").focus();
    } else if (event.key === "Enter" && event.target.matches("input")) {
      const only = row.querySelector("button[name=promise_only]");
      event.preventDefault();
      only?.click();
    }
  });
}
