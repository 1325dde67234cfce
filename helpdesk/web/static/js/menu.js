// A <details> that hangs over the page closes when one looks elsewhere.
export function menu(details) {
  const close = (event) => {
    if (details.open && !details.contains(event.target)) details.open = false;
  };
  details.addEventListener("toggle", () => {
    const change = details.open ? "addEventListener" : "removeEventListener";
    document[change]("click", close);
    document[change]("focusin", close);
  });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    details.querySelector("summary").focus();
  });
}
