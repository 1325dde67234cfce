// The error summary takes the focus when the page comes back with it.
export function takeFocus(element) {
  element.focus();
}
