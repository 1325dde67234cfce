// Unsent text, kept in this browser alone until it is sent or its writer signs out.
const PREFIX = "threeline.draft.";

export function readDraft(key) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key));
  } catch {
    return null;
  }
}

export function writeDraft(key, draft) {
  try {
    if (draft) localStorage.setItem(PREFIX + key, JSON.stringify(draft));
    else localStorage.removeItem(PREFIX + key);
    return true;
  } catch {
    // Storage is full or forbidden: the text is still in the form, only the copy is missing.
    return false;
  }
}

export function forgetDrafts(form) {
  form.addEventListener("submit", () => {
    try {
      for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
    } catch {
      // Nothing was kept where nothing may be kept.
    }
  });
}
