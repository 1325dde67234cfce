// Light or dark, compact or cosy: changed at once, told to the server behind.
export function theme(form) {
  prefer(form, "theme", (value) => {
    for (const flip of document.querySelectorAll("[data-flip]")) flip.value = value === "dark" ? "light" : "dark";
  });
  for (const flip of form.querySelectorAll("[data-flip]")) if (isDark()) flip.value = "light";
}

export function density(form) {
  prefer(form, "density");
}

function prefer(form, name, then = () => {}) {
  form.addEventListener("submit", (event) => {
    const value = event.submitter?.value;
    if (!value) return;
    event.preventDefault();
    document.documentElement.dataset[name] = value;
    for (const button of document.querySelectorAll(`button[name="${name}"][aria-pressed]`)) {
      button.setAttribute("aria-pressed", String(button.value === value));
    }
    // The URL of the action is read as an attribute: a field called `action` would hide the property.
    fetch(form.getAttribute("action"), { method: "POST", body: new FormData(form, event.submitter), redirect: "manual" });
    then(value);
  });
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
}
