// The form of a role: levels and acts follow each other, and sections are searched by
// typing. Without script the acts of a section count where its level is Some.
const acts = (section) => [...section.querySelectorAll("input[type=checkbox]")];
const levels = (section) => [...section.querySelectorAll("input[type=radio]")];

const levelOf = (boxes) => {
  const on = boxes.filter((b) => b.checked);
  if (!on.length) return "none";
  if (on.length === boxes.length) return boxes.every((b) => "view" in b.dataset) ? "view" : "edit";
  return boxes.every((b) => b.checked === "view" in b.dataset) ? "view" : "some";
};

document.addEventListener("change", (e) => {
  const section = e.target.closest?.(".level");
  if (!section) return;
  const boxes = acts(section);
  if (e.target.type === "checkbox") {
    const level = levelOf(boxes);
    (levels(section).find((r) => r.value === level && !r.disabled) ?? levels(section).find((r) => r.value === "some")).checked = true;
    return;
  }
  const level = e.target.value;
  if (level === "some") { if (boxes.length) section.querySelector("details").open = true; return; }
  for (const b of boxes) b.checked = !b.disabled && (level === "edit" || (level === "view" && "view" in b.dataset));
});

document.addEventListener("input", (e) => {
  if (!("levelSearch" in (e.target.dataset ?? {}))) return;
  const words = e.target.value.trim().toLowerCase();
  const within = e.target.closest(".levels");
  let found = false;
  for (const group of within.querySelectorAll(".level-group")) {
    let any = false;
    for (const section of group.querySelectorAll(".level")) {
      const hit = [section.querySelector("legend"), ...section.querySelectorAll(".tick")].some((x) => x.textContent.toLowerCase().includes(words));
      section.hidden = !hit;
      any ||= hit;
    }
    group.hidden = !any;
    found ||= any;
  }
  within.querySelector("[data-level-none]").hidden = found;
});
// Return in the search does not send the form.
document.addEventListener("keydown", (e) => { if (e.key === "Enter" && "levelSearch" in (e.target.dataset ?? {})) e.preventDefault(); });
