// Where one writes: drafts, Ctrl+Enter, pasted pictures, and the caret where one expects it.
import { addFiles } from "./files.js";
import { readDraft, writeDraft } from "./drafts.js";

const PAUSE = 600;

export function composer(form) {
  const text = form.querySelector("textarea[name=body]");
  const attach = form.querySelector("input[type=file]");
  const state = form.querySelector("[data-state]");

  for (const label of form.querySelectorAll(".composer__kind")) {
    // A pointer wants to write at once; the arrow keys of the radio buttons must keep their focus.
    label.addEventListener("click", (event) => event.detail > 0 && requestAnimationFrame(() => text.focus()));
    label.addEventListener("shortcut", () => text.focus());
  }

  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (text.value.trim()) form.requestSubmit(visibleSubmit(form));
    } else if (event.key === "Escape") {
      text.blur();
    }
  });

  text.addEventListener("paste", (event) => {
    if (!attach || !event.clipboardData?.files.length) return;
    event.preventDefault();
    addFiles(attach, event.clipboardData.files);
  });

  attach?.addEventListener("files-changed", () => form.toggleAttribute("data-open", attach.files.length > 0));

  if (form.dataset.draftKey) keepDraft(form, text, state);
}

function visibleSubmit(form) {
  return [...form.querySelectorAll("button[type=submit]")].find((button) => button.checkVisibility());
}

function keepDraft(form, text, state) {
  const key = form.dataset.draftKey;
  const submission = form.elements.submission_key?.value;
  const draft = readDraft(key);

  // A draft that was sent under another key than this page's has arrived; under the same key the form came back.
  if (draft?.sent && draft.sent !== submission) writeDraft(key, null);
  else if (draft?.body && !text.value.trim()) {
    text.value = draft.body;
    const kind = form.querySelector(`input[name=kind][value="${CSS.escape(draft.kind ?? "")}"]`);
    if (kind) kind.checked = true;
    state.textContent = form.dataset.draftRestored;
  }

  let waiting;
  const save = () => {
    const body = text.value;
    const kept = writeDraft(key, body.trim() ? { body, kind: form.elements.kind?.value } : null);
    state.textContent = kept && body.trim() ? form.dataset.draftSaved : "";
  };
  form.addEventListener("input", (event) => {
    if (event.target !== text && event.target.name !== "kind") return;
    clearTimeout(waiting);
    waiting = setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    clearTimeout(waiting);
    writeDraft(key, { body: text.value, kind: form.elements.kind?.value, sent: submission });
  });
}
