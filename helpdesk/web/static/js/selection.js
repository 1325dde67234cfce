// Choosing rows: all of the page, a stretch with Shift, and how many there are.
export function selection(queue) {
  const all = queue.querySelector("[data-select-all]");
  const count = queue.querySelector("[data-selection-count]");
  const clear = queue.querySelector("[data-selection-clear]");
  if (!all || !count) return;
  let last;

  const boxes = () => [...queue.querySelectorAll("input[name=tickets]")];
  const tell = () => {
    const chosen = boxes().filter((box) => box.checked).length;
    count.textContent = count.dataset.words.replace("%s", chosen);
    all.checked = chosen > 0 && chosen === boxes().length;
    all.indeterminate = chosen > 0 && !all.checked;
  };

  all.hidden = false;
  if (clear) clear.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    tell();
  });
  clear?.addEventListener("click", () => {
    for (const box of boxes()) box.checked = false;
    tell();
    all.focus();
  });
  queue.addEventListener("click", (event) => {
    if (!event.target.matches("input[name=tickets]")) return;
    if (event.shiftKey && last) {
      const rows = boxes();
      const [from, to] = [rows.indexOf(last), rows.indexOf(event.target)].sort((a, b) => a - b);
      for (const box of rows.slice(Math.max(from, 0), to + 1)) box.checked = event.target.checked;
    }
    last = event.target;
  });
  queue.addEventListener("change", tell);
  tell();
}
