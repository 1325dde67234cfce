// The error summary takes the focus when the page comes back with it, and says which field each sentence is about.
export function takeFocus(element) {
  for (const link of element.querySelectorAll('a[href^="#"]')) {
    const label = document.querySelector(`label[for="${CSS.escape(link.hash.slice(1))}"]`);
    if (label) link.prepend(`${label.firstChild.textContent.trim()}: `);
  }
  element.focus();
}
