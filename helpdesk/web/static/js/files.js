// Chosen, dropped and pasted files as a list from which each can be taken away again.
const chosen = new WeakMap();

export function files(element) {
  const input = element.querySelector("input[type=file]");
  const list = element.dataset.list ? document.querySelector(element.dataset.list) : element.querySelector("[data-files]");
  if (!input || !list) return;
  chosen.set(input, { files: [], element, list });

  // Choosing again adds to what was chosen before.
  input.addEventListener("change", () => take(input, [...input.files]));
  const zone = element.closest("form") ?? element;
  zone.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    element.dataset.over = "";
  });
  for (const end of ["dragleave", "drop"]) zone.addEventListener(end, () => delete element.dataset.over);
  zone.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(input, event.dataTransfer.files);
  });
}

export function addFiles(input, more) {
  take(input, more);
}

function take(input, more) {
  const { files, element } = chosen.get(input);
  const { maxBytes = Infinity, maxTotalBytes = Infinity, tooLarge, tooMany } = element.dataset;
  let room = Number(maxTotalBytes) - files.reduce((sum, file) => sum + file.size, 0);
  const refused = [];
  for (const file of more) {
    if (files.some((other) => same(other, file))) continue;
    if (file.size > Number(maxBytes)) refused.push(tooLarge.replace("%s", file.name));
    else if (file.size > room) refused.push(tooMany.replace("%s", file.name));
    else {
      files.push(file);
      room -= file.size;
    }
  }
  show(input, refused);
}

function show(input, refused = []) {
  const { files, list } = chosen.get(input);
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  input.files = transfer.files;
  list.replaceChildren(
    ...files.map((file) => item(file, input)),
    ...refused.map((sentence) => line("file file--refused", sentence)),
  );
  input.dispatchEvent(new Event("files-changed"));
}

function item(file, input) {
  const { files, element } = chosen.get(input);
  const entry = line("file", file.name);
  const size = document.createElement("span");
  size.className = "file__size";
  size.textContent = sizeInWords(file.size);
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "×";
  button.setAttribute("aria-label", element.dataset.remove.replace("%s", file.name));
  button.addEventListener("click", () => {
    files.splice(files.indexOf(file), 1);
    show(input);
    input.focus();
  });
  entry.append(size, button);
  return entry;
}

function line(className, words) {
  const entry = document.createElement("li");
  entry.className = className;
  const name = document.createElement("span");
  name.className = "file__name";
  name.textContent = words;
  entry.append(name);
  return entry;
}

function same(one, other) {
  return one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;
}

function sizeInWords(bytes) {
  // As the server counts: a megabyte is a million bytes.
  const isLarge = bytes >= 1e6;
  const format = {
    style: "unit",
    unit: isLarge ? "megabyte" : "kilobyte",
    unitDisplay: "short",
    maximumFractionDigits: isLarge ? 1 : 0,
  };
  const count = isLarge ? bytes / 1e6 : Math.max(bytes / 1e3, 1);
  return new Intl.NumberFormat(document.documentElement.lang, format).format(count);
}
