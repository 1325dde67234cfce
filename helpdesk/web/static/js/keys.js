// Single keys: whatever carries data-key is pressed or focused by it; j and k walk through a list. They can be switched
// off in the sheet (WCAG 2.2, 2.1.4).
const OFF = "threeline.keys-off";
const lists = new Set();

export function listKeys(list) {
  lists.add(new WeakRef(list));
}

export function keySwitch(box) {
  box.checked = !isOff();
  box.addEventListener("change", () => {
    try {
      if (box.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
    } catch {
      // Without storage the choice lasts as long as nothing: the keys stay on.
    }
  });
}

export function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isWriting(event.target)) return;
    if (document.querySelector("dialog[open]") || isOff()) return;
    if (press(event.key)) event.preventDefault();
  });
}

function press(key) {
  if (key === "?") return showSheet();
  if (key === "j") return walk(1);
  if (key === "k") return walk(-1);
  if (key === "x") return choose();
  return activate(key);
}

function showSheet() {
  const sheet = document.getElementById("key-sheet");
  sheet?.showModal();
  return Boolean(sheet);
}

function activate(key) {
  const targets = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)];
  const target = targets.find((element) => element.checkVisibility());
  if (!target) return false;
  if (target.matches("input:not([type=radio], [type=checkbox]), textarea, select")) {
    target.focus();
    target.select?.();
  } else {
    target.click();
    target.dispatchEvent(new CustomEvent("shortcut", { bubbles: true }));
  }
  return true;
}

function walk(step) {
  const items = itemsOnPage();
  if (!items.length) return false;
  const here = items.findIndex((item) => rowOf(item).contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : items.length - 1) : Math.min(Math.max(here + step, 0), items.length - 1);
  items[next].focus();
  return true;
}

function choose() {
  const box = document.activeElement?.closest("[data-row], tr")?.querySelector("input[type=checkbox]");
  box?.click();
  return Boolean(box);
}

function itemsOnPage() {
  for (const reference of lists) {
    const list = reference.deref();
    if (!list?.isConnected) lists.delete(reference);
    else if (list.checkVisibility()) return [...list.querySelectorAll("[data-item]")];
  }
  return [];
}

function rowOf(item) {
  return item.closest("tr, li") ?? item;
}

function isWriting(target) {
  return target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio])");
}

function isOff() {
  try {
    return localStorage.getItem(OFF) !== null;
  } catch {
    return false;
  }
}
