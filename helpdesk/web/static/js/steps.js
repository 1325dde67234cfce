// One question at a time. The form stays one form: nothing is sent before the last step.
export function steps(form) {
  const all = [...form.querySelectorAll("[data-step]")];
  const where = form.querySelector("[data-step-where]");
  const back = form.querySelector("[data-step-back]");
  const next = form.querySelector("[data-step-next]");
  const send = form.querySelector("[data-step-submit]");
  if (all.length < 2) return;

  let current = Math.max(all.findIndex((step) => step.querySelector(".field--invalid")), 0);

  const show = () => {
    all.forEach((step, index) => (step.hidden = index !== current));
    back.hidden = current === 0;
    next.hidden = current === all.length - 1;
    send.hidden = !next.hidden;
    where.hidden = false;
    const words = form.dataset.stepWords.replace("%1", current + 1).replace("%2", all.length);
    where.querySelector("[data-step-words-here]").textContent = words;
    where.querySelector("progress").value = (current + 1) / all.length;
  };
  const go = (to) => {
    current = to;
    show();
    all[current].querySelector(".step__question").focus();
    form.scrollIntoView({ block: "start" });
  };

  next.addEventListener("click", () => {
    const missing = firstMissing(all[current]);
    if (missing) complain(missing, form.dataset.missing);
    else go(current + 1);
  });
  back.addEventListener("click", () => go(current - 1));
  // Enter in a field means "next", as long as there is one.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || next.hidden || !event.target.matches("input:not([type=file])")) return;
    event.preventDefault();
    next.click();
  });
  show();
}

function firstMissing(step) {
  return [...step.querySelectorAll("input, select, textarea")].find((field) => !field.checkValidity());
}

function complain(control, words) {
  const field = control.closest(".field");
  let problem = field.querySelector(".field__problem");
  if (!problem) {
    problem = document.createElement("p");
    problem.className = "field__problem";
    problem.id = `${control.id}-problem`;
    control.before(problem);
    const group = field.querySelector(".choices");
    if (group) group.before(problem);
  }
  problem.textContent = control.validity.valueMissing ? words : control.validationMessage;
  field.classList.add("field--invalid");
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", problem.id);
  control.focus();
}
