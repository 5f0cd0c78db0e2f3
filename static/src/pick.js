// A field that chooses other things by their names: a combobox (ARIA 1.2) over a list
// of options, with what is chosen as chips before it where there may be several.
// It is made of the plain list that works without script, and sends the same names.
import { $, $$ } from "./dom.js";

const pause = 150; // of typing, before the panel is asked

const make = (tag, props = {}, ...children) => {
  const e = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (key.includes("-") || key === "role") e.setAttribute(key, value);
    else e[key] = value;
  }
  e.append(...children);
  return e;
};

const icon = (name) => {
  const of = $("svg.icon use")?.getAttribute("href").split("#")[0];
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${of}#${name}`);
  svg.append(use);
  return svg;
};

// Names are found however they are written.
const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
const squeezed = (text) => text.replace(/[\s()-]/g, "");
const fits = (option, text) => {
  const name = plain(option.text);
  return text.split(/\s+/).every((w) => name.includes(w)) || squeezed(name).includes(squeezed(text));
};

// known are the options of a plain list, each once, and those that are chosen in it.
const read = (field) => {
  const known = new Map(), chosen = [];
  for (const e of $$("option,input[type=checkbox]", field)) {
    if (!e.value) continue;
    const text = e.matches("option") ? e.textContent.trim() : e.closest("label").textContent.trim();
    if (!known.has(e.value)) known.set(e.value, { value: e.value, text, fixed: e.disabled });
    if (e.matches("option") ? e.hasAttribute("selected") : e.checked) chosen.push(known.get(e.value));
  }
  return [[...known.values()], chosen];
};

const enhance = (field) => {
  const { pick: id, name, many, ordered, more, suggest, about, focus, wrong } = field.dataset;
  const several = many !== undefined, label = `${id}-label`;
  const [options, chosen] = read(field);
  const list = make("ul", { id: `${id}-list`, className: "pick-list", role: "listbox", "aria-labelledby": label, hidden: true });
  const input = make("input", {
    id, className: "input input-sm", type: "text", autocomplete: "off", spellcheck: false, role: "combobox",
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, "aria-labelledby": label,
  });
  if (about) input.setAttribute("aria-describedby", about);
  if (wrong !== undefined) input.setAttribute("aria-invalid", "true");
  input.placeholder = several ? "Search to add" : $("option[value='']", field)?.textContent.trim() ?? "";
  const chips = make("ul", { className: "chips", "aria-labelledby": label });
  const told = make("span", { className: "sr-only", role: "status" });
  const box = make("div", { className: "pick-box" }, chips, make("div", { className: "pick-search" }, input, icon("chevrons-up-down"), list), told);
  for (const key of ["id", "tabindex", "aria-describedby"]) field.removeAttribute(key);
  $(".pick-plain", field).replaceWith(box);

  let shown = [], at = -1, asked = 0, held = false, timer;

  const changed = () => field.dispatchEvent(new Event("change", { bubbles: true }));
  const draw = () => {
    chips.replaceChildren(...chosen.filter((o) => several).map((o, i) => {
      const chip = make("li", { className: "chip" }, make("span", { textContent: o.text }));
      if (o.fixed) return chip;
      if (ordered !== undefined && i > 0) {
        chip.append(make("button", { type: "button", className: "chip-act", title: "Move earlier", "aria-label": `Move ${o.text} earlier`, onclick: () => earlier(i) }, icon("arrow-up")));
      }
      chip.append(
        make("button", { type: "button", className: "chip-act", "aria-label": `Remove ${o.text}`, onclick: () => remove(i) }, icon("x")),
        make("input", { type: "hidden", name, value: o.value }),
      );
      return chip;
    }));
    chips.hidden = !chips.children.length;
    if (!several) {
      $("input[type=hidden]", box)?.remove();
      box.append(make("input", { type: "hidden", name, value: chosen[0]?.value ?? "" }));
    }
  };
  const written = () => { input.value = several ? "" : chosen[0]?.text ?? ""; };

  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (n) => {
    at = n;
    $$("[role=option]", list).forEach((e, i) => {
      e.classList.toggle("at", i === at);
      if (i === at) { input.setAttribute("aria-activedescendant", e.id); e.scrollIntoView({ block: "nearest" }); }
    });
    if (at < 0) input.removeAttribute("aria-activedescendant");
  };
  const open = (found, rest) => {
    shown = found.filter((o) => !o.fixed && !(several && chosen.some((c) => c.value === o.value)));
    list.replaceChildren(...shown.map((o, i) => make("li", {
      id: `${id}-o${i}`, role: "option", textContent: o.text, "aria-selected": String(chosen.some((c) => c.value === o.value)),
    })));
    if (!shown.length || rest) list.append(make("li", { className: "pick-note", role: "presentation", textContent: shown.length ? "Type more to narrow down" : "Nothing matches" }));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    told.textContent = shown.length ? `${shown.length}${rest ? " and more" : ""} to choose from` : "Nothing matches";
    mark(-1);
  };
  const failed = () => {
    open([], false);
    list.firstElementChild.textContent = told.textContent = "The choices did not arrive. Try again.";
  };

  // The panel is asked where it has more than the page; the answer to an older question is dropped.
  const search = async () => {
    const text = !several && input.value === chosen[0]?.text ? "" : input.value.trim();
    if (more === undefined || !text) { open(options.filter((o) => fits(o, plain(text))), more !== undefined); return; }
    const mine = ++asked;
    try {
      const answer = await fetch(`${suggest}&q=${encodeURIComponent(text)}`, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(`<select>${await answer.text()}</select>`, "text/html");
      if (mine !== asked || document.activeElement !== input) return;
      if (!answer.ok || answer.redirected) { failed(); return; }
      const found = $$("option", page);
      open(found.filter((e) => e.value && !e.disabled).map((e) => ({ value: e.value, text: e.textContent.trim() })), found.some((e) => e.disabled));
    } catch {
      if (mine === asked) failed();
    }
  };

  const choose = (o) => {
    if (several) chosen.push(o); else chosen.splice(0, 1, o);
    close();
    draw();
    written();
    told.textContent = `${o.text} chosen`;
    changed();
  };
  const remove = (i) => {
    const [gone] = chosen.splice(i, 1);
    draw();
    input.focus();
    close();
    told.textContent = `${gone.text} removed`;
    changed();
  };
  const earlier = (i) => {
    chosen.splice(i - 1, 0, ...chosen.splice(i, 1));
    draw();
    ($$(".chip", chips)[i - 1].querySelector(".chip-act")).focus();
    told.textContent = `${chosen[i - 1].text} is number ${i}`;
    changed();
  };
  // What is left behind half typed is nothing: the box says again what is chosen.
  const leave = () => {
    clearTimeout(timer);
    asked++;
    close();
    if (!several && !input.value.trim() && chosen.length) { chosen.pop(); draw(); changed(); }
    written();
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (more === undefined) search(); else timer = setTimeout(search, pause);
  });
  input.addEventListener("click", () => { if (list.hidden) search(); });
  input.addEventListener("blur", leave);
  input.addEventListener("keydown", (e) => {
    const last = chosen.findLastIndex((o) => !o.fixed);
    switch (e.key) {
      case "ArrowDown": case "ArrowUp": {
        e.preventDefault();
        if (list.hidden) { search(); return; }
        const step = e.key === "ArrowDown" ? 1 : -1, n = shown.length;
        if (n) mark(at < 0 ? (step > 0 ? 0 : n - 1) : (at + step + n) % n);
        return;
      }
      case "Enter":
        if (list.hidden && !held) return;
        e.preventDefault();
        if (held) return;
        held = true;
        if (at >= 0) choose(shown[at]);
        else if (shown.length === 1) choose(shown[0]);
        return;
      case "Escape":
        if (list.hidden) return;
        e.preventDefault();
        e.stopPropagation();
        close();
        written();
        return;
      case "Backspace":
        if (several && !input.value && last >= 0) { e.preventDefault(); remove(last); }
    }
  });
  // The Return that takes a choice does not send the form as well, however long it is held.
  input.addEventListener("keypress", (e) => { if (held && e.key === "Enter") e.preventDefault(); });
  input.addEventListener("keyup", () => { held = false; });
  list.addEventListener("pointerdown", (e) => e.preventDefault()); // the focus stays in the box
  list.addEventListener("click", (e) => {
    const n = $$("[role=option]", list).indexOf(e.target.closest("[role=option]"));
    if (n >= 0) choose(shown[n]);
  });

  draw();
  written();
  if (focus !== undefined && (!document.activeElement || document.activeElement === document.body)) input.focus();
};

const all = () => $$(".pick:has(.pick-plain)").forEach(enhance);
document.addEventListener("htmx:after:swap", all);
all();
