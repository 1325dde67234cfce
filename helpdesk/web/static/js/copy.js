export function copy(button) {
  const from = document.querySelector(button.dataset.from);
  if (!from || !navigator.clipboard) return;
  const words = button.querySelector("span");
  const idle = words.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(from.textContent);
    words.textContent = button.dataset.copied;
    setTimeout(() => (words.textContent = idle), 2000);
  });
}
