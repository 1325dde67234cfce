// A link that has a dialog opens it instead of going to the page that asks the same.
export function openDialog(link) {
  const dialog = document.getElementById(link.dataset.dialog);
  if (!dialog) return;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.showModal();
  });
  link.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    dialog.showModal();
  });
}

export function tendDialogs() {
  document.addEventListener("click", (event) => {
    const dialog = event.target.closest("dialog");
    if (!dialog) return;
    // A click on the dialog itself, outside of its contents, is a click on the veil.
    if (event.target.closest("[data-dialog-close]") || (event.target === dialog && isOutside(event, dialog))) dialog.close();
  });
}

function isOutside(event, dialog) {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
