// Behaviours: small modules bound to elements by data-behaviour="name other-name". Every page works without them.
import { ago } from "./ago.js";
import { chart } from "./charts.js";
import { composer } from "./composer.js";
import { copy } from "./copy.js";
import { signRequests } from "./csrf.js";
import { keySwitch, listenToKeys, listKeys } from "./keys.js";
import { openDialog, tendDialogs } from "./dialogs.js";
import { files } from "./files.js";
import { forgetDrafts } from "./drafts.js";
import { live } from "./live.js";
import { markdown } from "./markdown.js";
import { menu } from "./menu.js";
import { offline } from "./offline.js";
import { promiseRow } from "./promise-row.js";
import { selection } from "./selection.js";
import { steps } from "./steps.js";
import { submitOnce } from "./submit-once.js";
import { takeFocus } from "./focus.js";
import { density, theme } from "./theme.js";
import { tellFailures, toasts } from "./toasts.js";
import { wall } from "./wall.js";
import { yesAtOnce } from "./yes-at-once.js";

const BEHAVIOURS = {
  chart,
  composer,
  copy,
  density,
  files,
  "forget-drafts": forgetDrafts,
  "key-switch": keySwitch,
  "list-keys": listKeys,
  live,
  markdown,
  menu,
  offline,
  "open-dialog": openDialog,
  "promise-row": promiseRow,
  selection,
  steps,
  "submit-once": submitOnce,
  "take-focus": takeFocus,
  theme,
  toasts,
  wall,
  "yes-at-once": yesAtOnce,
};

const bound = new WeakSet();

function bind(root) {
  const elements = root.querySelectorAll("[data-behaviour]");
  for (const element of root.matches?.("[data-behaviour]") ? [root, ...elements] : elements) {
    if (bound.has(element)) continue;
    bound.add(element);
    for (const name of element.dataset.behaviour.split(/\s+/)) BEHAVIOURS[name]?.(element);
  }
  for (const time of root.querySelectorAll("time[data-ago]")) ago(time);
}

document.documentElement.classList.add("js");
signRequests();
listenToKeys();
tendDialogs();
tellFailures();
bind(document);
// Fragments that htmx brings are bound as they arrive.
document.addEventListener("htmx:load", (event) => bind(event.detail.elt));
