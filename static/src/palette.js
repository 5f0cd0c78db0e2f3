// The palette: Ctrl K opens the search over any page. The focus stays in its field;
// arrows choose among what was found, Return opens it, Escape leaves.
const palette = document.getElementById("palette");
const box = document.getElementById("palette-q");

const options = () => [...palette.querySelectorAll("[role=option]")];
const chosen = () => palette.querySelector("[aria-selected=true]");
const choose = (option) => {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) box.setAttribute("aria-activedescendant", option.id);
  else box.removeAttribute("aria-activedescendant");
};

const open = () => {
  if (!palette.open) palette.showModal();
  box.select();
  // htmx begins to hear in a timeout that it set before this could.
  setTimeout(() => box.dispatchEvent(new Event("open")));
};

// What is shown may answer to fewer letters than are typed: Return waits for the rest.
let waiting = false;
const current = () => palette.querySelector("#palette-list").dataset.found === box.value.trim().split(/\s+/).join(" ");
const go = () => {
  waiting = !current();
  if (!waiting) (chosen() ?? options()[0])?.click();
};

if (palette) {
  document.addEventListener("keydown", (e) => {
    if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === "k") { e.preventDefault(); open(); }
  });
  document.addEventListener("click", (e) => {
    if (e.target === palette || e.target.closest?.("[data-close-palette]")) palette.close();
    else if (e.target.closest?.("[data-open-palette]") && !e.ctrlKey && !e.metaKey) { e.preventDefault(); open(); }
  });
  box.addEventListener("keydown", (e) => {
    const all = options(), at = all.indexOf(chosen());
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: Math.min(at + 6, all.length - 1), PageUp: Math.max(at - 6, 0) }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    choose(all[(to + all.length) % all.length]);
  });
  box.addEventListener("input", () => { waiting = false; });
  box.form.addEventListener("submit", (e) => { e.preventDefault(); go(); });
  document.addEventListener("htmx:after:swap", () => {
    if (!palette.open) return;
    choose(options()[0]);
    if (waiting) go();
  });
}
