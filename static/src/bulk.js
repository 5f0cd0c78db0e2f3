// The boxes of a list's rows, and the bar that acts on the rows that are ticked.
// From a box, arrows lead to its neighbours, with Shift ticking them alike; Enter
// leads to the bar, Escape clears.
const bar = () => document.getElementById("bulk");
const boxes = () => [...document.querySelectorAll('tbody input[form="bulk"]')];
const isBox = (e) => e?.matches?.('tbody input[form="bulk"]');
let last; // the box that was ticked or cleared last

const show = () => {
  const form = bar();
  if (!form) return;
  const rows = boxes(), n = rows.filter((b) => b.checked).length, whole = form.elements.all?.checked;
  form.classList.toggle("on", n > 0);
  const said = form.querySelector("[data-ticked]"), text = n === 0 ? "" : whole ? "All selected" : `${n} selected`;
  if (said.textContent !== text) said.textContent = text;
  const head = document.querySelector("[data-pick]");
  if (head) { head.checked = n > 0 && n === rows.length; head.indeterminate = n > 0 && n < rows.length; }
};
const tickAll = (on) => {
  boxes().forEach((b) => { b.checked = on; });
  const all = bar()?.elements.all;
  if (all && !on) all.checked = false;
  show();
};
const between = (a, b, on) => {
  const rows = boxes(), [from, to] = [rows.indexOf(a), rows.indexOf(b)].sort((x, y) => x - y);
  if (from >= 0) rows.slice(from, to + 1).forEach((x) => { x.checked = on; });
};

document.addEventListener("change", (e) => {
  const box = e.target;
  if (box.matches?.("[data-pick]")) tickAll(box.checked);
  else if (box.form === bar() && box.name === "all") tickAll(box.checked);
  else if (isBox(box)) {
    const all = bar()?.elements.all;
    if (all && !box.checked) all.checked = false;
    show();
  }
});
document.addEventListener("click", (e) => {
  if (isBox(e.target)) {
    if (e.shiftKey && last?.isConnected) { between(last, e.target, e.target.checked); show(); }
    last = e.target;
  } else if (e.target.closest?.("[data-untick]")) {
    tickAll(false);
    (last?.isConnected ? last : document.querySelector("[data-pick]"))?.focus();
  }
});
document.addEventListener("keydown", (e) => {
  const box = e.target, form = bar();
  if (!form || !isBox(box) && !(form.classList.contains("on") && form.contains(box))) return;
  if (e.key === "Escape") {
    tickAll(false);
    if (!isBox(box)) (last?.isConnected ? last : document.querySelector("[data-pick]"))?.focus();
  } else if (!isBox(box)) return;
  else if (e.key === "Enter") form.classList.contains("on") && form.querySelector("[name=act]")?.focus();
  else if (e.key === "ArrowDown" || e.key === "ArrowUp") {
    const rows = boxes(), next = rows[rows.indexOf(box) + (e.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    if (e.shiftKey) { next.checked = box.checked; show(); }
    next.focus();
    last = next;
  } else return;
  e.preventDefault();
});
// Rows that are drawn anew may take the place of others: a tick goes with its own.
let ticked;
document.addEventListener("htmx:before:swap", (e) => {
  if (e.detail.ctx.target?.id === "list") ticked = new Set(bar()?.elements.all?.checked ? [] : boxes().filter((b) => b.checked).map((b) => b.value));
});
document.addEventListener("htmx:after:swap", () => {
  if (ticked) {
    boxes().forEach((b) => { b.checked = ticked.has(b.value); });
    if (bar()?.elements.all) bar().elements.all.checked = false;
    ticked = null;
  }
  show();
});
addEventListener("pageshow", show); // boxes come back ticked with the page
show();
