// What HTML and htmx do not do by themselves. Everything here is an addition: without it,
// menus, dialogs, forms and boxes still work as links and forms.
import "./bulk.js";
import "./grid.js";
import "./role.js";
import "./pick.js";
import "./palette.js";
import "./editor.js";
import "./list.js";
import "./unsaved.js";
import "./sidebar.js";

(() => {
  const $ = (s, r = document) => r.querySelector(s);
  const $$ = (s, r = document) => [...r.querySelectorAll(s)];
  const closest = (e, s) => e.target instanceof Element && e.target.closest(s);

  const toggleTheme = () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "panel-dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "panel" : "panel-dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* not remembered, then */ }
  };

  // The clipboard needs HTTPS or localhost; where it is missing the text is selected to be copied by hand.
  const copy = async (button) => {
    const box = button.dataset.copy && document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(box ? box.value : button.dataset.copyText);
    } catch {
      if (box) { box.focus(); box.select(); }
      return;
    }
    const label = $("span", button);
    if (!label || label.textContent === "Copied") return;
    const was = label.textContent;
    label.textContent = "Copied";
    const told = document.createElement("span"); // for ears; a status inside the button would take its name away
    told.className = "sr-only";
    told.textContent = "Copied";
    $("#toasts")?.append(told);
    setTimeout(() => { label.textContent = was; told.remove(); }, 2000);
  };

  // A template after the button is one more row.
  const addRow = (button) => {
    const list = document.getElementById(button.dataset.add);
    list.append(button.nextElementSibling.content.cloneNode(true));
    const row = list.lastElementChild;
    $$("[data-n]", row).forEach((e) => { e.textContent = e.textContent.replace("#", list.children.length); });
    $("input", row).focus();
  };

  document.addEventListener("click", (e) => {
    const hit = (s) => closest(e, s);
    let b;
    if (hit("[data-theme-toggle]")) toggleTheme();
    else if ((b = hit("[data-copy],[data-copy-text]"))) copy(b);
    else if ((b = hit("[data-add]"))) addRow(b);
    else if ((b = hit("[data-menu]"))) toggleRowMenu(b);
    else if (hit("[data-print]")) print();
    else if ((b = hit("[data-dismiss]"))) { b.closest(".alert").remove(); keepFocus(); }
    else if ((b = hit("#dialogs [data-cancel]"))) { e.preventDefault(); b.closest("dialog").close(); }
    else if (e.target.matches?.("#dialogs dialog")) e.target.close(); // on the backdrop
  });

  // A link that plays a checkbox or a button answers to the space bar, as those do.
  // Arrows move through an open menu, and from its search into it.
  document.addEventListener("keydown", (e) => {
    const box = closest(e, "a[role=checkbox],a[role=button]");
    if (box && e.key === " ") { e.preventDefault(); box.click(); }
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    const menu = step && closest(e, "[popover]:popover-open");
    if (!menu) return;
    const items = $$("a,button,input", menu).filter((x) => x.offsetParent);
    const at = items.indexOf(document.activeElement);
    items[(at + step + items.length) % items.length]?.focus();
    e.preventDefault();
  });

  // Return in the switcher goes to the first account found, once that answers what is typed.
  document.addEventListener("submit", (e) => {
    const box = closest(e, "#switcher form") && $("#switcher-q");
    const first = box && $("#switcher-list [data-found]")?.dataset.found === box.value.trim() && $("#switcher-list a");
    if (first) { e.preventDefault(); first.click(); }
  });

  // All rows share one menu, filled from the template that their dots name for the row they are in.
  let rowMenu, dots, closes;
  const toggleRowMenu = (button) => {
    if (closes) { closes = false; return; }
    rowMenu ??= Object.assign(document.createElement("div"), { className: "pop pop-end", popover: "auto" });
    $("#main").append(rowMenu);
    dots = button;
    const row = dots.dataset.row ?? $("[name=id]", dots.closest("tr")).value;
    rowMenu.innerHTML = $$("template", dots.closest("table"))[dots.dataset.menu].innerHTML.replaceAll(":row", row);
    htmx.process(rowMenu);
    rowMenu.showPopover({ source: dots });
    $("a,button", rowMenu)?.focus();
  };
  // A press outside closes a menu before it becomes a click: on its own dots it must not open it again.
  document.addEventListener("pointerdown", (e) => { closes = rowMenu?.matches(":popover-open") && closest(e, "[data-menu]") === dots; }, true);
  const openerOf = (menu) => (menu === rowMenu ? dots : $(`[popovertarget="${menu.id}"]`));

  // Browsers that know no anchors of menus get them put under the button by hand.
  const anchors = CSS.supports("position-area", "bottom") && "source" in ToggleEvent.prototype;
  document.addEventListener("toggle", (e) => {
    const pop = e.target;
    if (!pop.matches(".pop")) return;
    const open = e.newState === "open";
    if (pop === rowMenu) dots.setAttribute("aria-expanded", open);
    if (anchors || !open) return;
    pop.style.positionArea = "none";
    const button = openerOf(pop).getBoundingClientRect();
    const box = pop.getBoundingClientRect();
    const below = button.bottom + box.height + 8 < innerHeight;
    pop.style.top = `${Math.max(4, below ? button.bottom + 4 : button.top - box.height - 4)}px`;
    pop.style.left = `${Math.max(4, Math.min(button.right - box.width, innerWidth - box.width - 4))}px`;
  }, true);

  // Focus is never lost: it goes to what is told, else back to where it was, else to what changed.
  let held; // what had it last, outside messages, menus and dialogs
  let told = $("#toasts .alert"), asked; // the newest message, and what it answers on the open page
  document.addEventListener("focusin", (e) => { if (!closest(e, "#toasts,#dialogs,[popover]")) held = e.target; if (e.target.dataset.menu) e.target.ariaExpanded ??= false; });
  const keepFocus = (changed) => {
    if (document.activeElement && document.activeElement !== document.body) return;
    const message = $("#toasts .alert[tabindex]");
    const same = held?.isConnected ? held : document.getElementById(held?.id);
    for (const e of [message, same, changed, changed && $("a,button,input,[tabindex]", changed), $("#main")]) {
      if (!e) continue;
      e.focus();
      if (document.activeElement === e) return;
    }
  };
  // The message is one Tab from what it answers, wherever it stands on the page, and leads back there.
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Tab" || !asked) return;
    const stops = $$("#toasts button");
    const at = stops.indexOf(document.activeElement);
    let to;
    if (document.activeElement === asked && !e.shiftKey) [to] = stops;
    else if (at === (e.shiftKey ? 0 : stops.length - 1) && at >= 0) { to = asked; asked = null; }
    if (to?.isConnected) { e.preventDefault(); to.focus(); }
  });

  let opener;
  const refresh = () => {
    // A dialog that came as a fragment opens over the page and gives the focus back when it closes.
    const dialog = $("#dialogs dialog:not(:modal)");
    if (dialog) {
      dialog.removeAttribute("open");
      dialog.addEventListener("close", () => { dialog.remove(); opener?.focus(); keepFocus(); }, { once: true });
      dialog.showModal();
    }
    $$("[data-toast]").forEach((t) => {
      delete t.dataset.toast;
      const leave = () => (t.matches(":hover,:focus-within") ? setTimeout(leave, 3000) : t.remove());
      setTimeout(leave, 8000);
    });
  };
  document.addEventListener("htmx:before:request", (e) => {
    if (e.detail.ctx.target?.id !== "dialogs") return;
    const from = e.detail.ctx.sourceElement;
    const menu = from.closest("[popover]:popover-open");
    opener = menu ? openerOf(menu) : from;
    menu?.hidePopover();
  });
  document.addEventListener("htmx:after:swap", (e) => {
    refresh();
    const { target } = e.detail.ctx;
    keepFocus(target?.isConnected ? target : document.getElementById(target?.id));
    const message = $("#toasts .alert"), at = document.activeElement;
    if (message !== told) asked = message && !at.closest("#toasts") ? at : null;
    told = message;
  });
  document.addEventListener("htmx:finally:request", () => setTimeout(keepFocus));

  // A form that can not be taken now stays, with what was typed, and says why.
  const sayInForm = (form, ctx) => {
    const box = document.createElement("div");
    box.className = "alert alert-soft alert-error";
    box.role = "alert";
    box.dataset.unavailable = "";
    box.append(new DOMParser().parseFromString(ctx.text, "text/html").querySelector("[data-failure]"));
    form.prepend(box);
    box.scrollIntoView({ block: "nearest" });
    Object.assign(ctx, { text: "", swap: "none", push: null, replace: null });
  };
  document.addEventListener("htmx:before:request", (e) => { $("[data-unavailable]", e.detail.ctx.sourceElement.closest("form") ?? undefined)?.remove(); });

  // A refusal or failure is a whole page: it takes the place of this one's content,
  // but not where it answers a preview that nobody asked for.
  document.addEventListener("htmx:response:error", (e) => {
    const { ctx } = e.detail;
    if (ctx.response.status === 422 || !/^\s*<!doctype/i.test(ctx.text)) return;
    if (ctx.target?.matches?.("[data-preview]")) {
      ctx.text = `<p class="dim">There is no preview just now. What you chose is still here.</p>`;
      return;
    }
    const form = ctx.response.status === 503 && ctx.sourceElement.closest("form[method=post]");
    if (form && $("input:not([type=hidden]),textarea,select", form)) { sayInForm(form, ctx); return; }
    Object.assign(ctx, { target: $("#main"), select: "#main", swap: "outerHTML show:top", push: null, replace: null });
    $("#dialogs dialog")?.close();
  });

  // When the network or the server fails, the page says so instead of staying silent.
  document.addEventListener("htmx:error", () => {
    const toasts = $("#toasts");
    if (!toasts) return;
    const t = document.createElement("div");
    t.className = "alert alert-error";
    t.tabIndex = -1;
    t.textContent = "That did not reach the panel. Check the connection and try again.";
    toasts.replaceChildren(t);
  });

  // The page one is on stays in sight in a long sidebar, and in the drawer once it opens.
  const side = $("#sidebar");
  const showCurrent = () => { // not by scrollIntoView, which moves the page as well
    const at = $(".nav [aria-current]", side);
    if (at) side.scrollTop += Math.max(0, at.getBoundingClientRect().bottom + 56 - side.getBoundingClientRect().bottom);
  };
  if (side) { showCurrent(); side.addEventListener("toggle", showCurrent); }

  // The page one is on stays in sight among tabs that do not fit beside each other.
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) tab.parentElement.scrollLeft += tab.getBoundingClientRect().right - tab.parentElement.getBoundingClientRect().right;

  refresh();
  if (location.hash) keepFocus(document.getElementById(location.hash.slice(1)));
})();
