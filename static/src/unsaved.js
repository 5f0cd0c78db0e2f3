// What was typed into a form of the page and not sent is not lost by leaving: links of
// the page ask in its own words, any other way out in those of the browser.
import { $, $$ } from "./dom.js";

const watched = new Map(); // form to what it held when it came, null where that is not kept yet
const sent = new WeakSet();

const holds = (form) => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value.name ?? value]));
// What came back with a problem or a conflict is as little kept as before it was sent.
// Nobody minds losing what they typed at a door.
const watch = () => $$("body:not(.door) #main form.form[method=post]:not([data-plain])").forEach((form) => {
  if (!watched.has(form)) watched.set(form, $(".problems", form) || $("#main > .conflict") ? null : holds(form));
});
const unsaved = () => [...watched].some(([form, was]) => form.isConnected && !sent.has(form) && (was === null || holds(form) !== was));

// A browser that comes back to a page fills in what was typed before; that is after load.
addEventListener("load", () => setTimeout(watch));
document.addEventListener("htmx:after:swap", watch);
document.addEventListener("submit", (e) => { if (e.target.matches?.("form.form")) sent.add(e.target); });
document.addEventListener("htmx:before:request", (e) => { const form = e.detail.ctx.sourceElement; if (form.matches?.("form.form")) sent.add(form); });
const back = (e) => { const form = e.detail?.ctx?.sourceElement; if (form) sent.delete(form); };
document.addEventListener("htmx:response:error", back);
document.addEventListener("htmx:error", back);

addEventListener("beforeunload", (e) => { if (unsaved()) e.preventDefault(); });

const ask = (link, byKey) => {
  const button = (text, look, act) => Object.assign(document.createElement("button"), { type: "button", className: `btn btn-sm ${look}`, textContent: text, onclick: act });
  const dialog = Object.assign(document.createElement("dialog"), { className: "ask" });
  dialog.setAttribute("aria-labelledby", "unsaved");
  const title = Object.assign(document.createElement("h1"), { id: "unsaved", textContent: "Discard your changes?" });
  const text = Object.assign(document.createElement("p"), { textContent: "What you typed here isn't saved yet." });
  const actions = Object.assign(document.createElement("div"), { className: "actions" });
  const stay = button("Keep editing", "btn-ghost", () => dialog.close());
  actions.append(button("Discard changes", "btn-error", () => { watched.clear(); location.href = link.href; }), stay);
  dialog.append(title, text, actions);
  dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
  document.body.append(dialog);
  const show = () => { if (dialog.isConnected && !dialog.open) { dialog.showModal(); stay.focus(); } };
  if (!byKey) { show(); return; }
  // The key that followed the link is let go first: it would press the button that gets the focus.
  document.addEventListener("keyup", show, { once: true });
  setTimeout(show, 500);
};
document.addEventListener("click", (e) => {
  const link = e.target instanceof Element && e.target.closest("a[href]");
  if (!link || e.defaultPrevented || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
  if (link.target || link.hasAttribute("download") || link.matches("[data-cancel],[hx-get]") || link.href.split("#")[0] === location.href.split("#")[0]) return;
  if (unsaved()) { e.preventDefault(); e.stopImmediatePropagation(); ask(link, e.detail === 0); }
}, true);
