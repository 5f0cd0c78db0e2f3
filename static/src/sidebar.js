// The sidebar: its groups fold and stay so, and what is typed on top narrows it down.
const nav = document.getElementById("nav");
const box = document.getElementById("nav-q");

// The server draws the groups as the cookie says, so that nothing jumps.
const remember = () => {
  const [prefix, secure] = location.protocol === "https:" ? ["__Host-", "; Secure"] : ["", ""];
  const folded = [...nav.querySelectorAll("details:not([open])")].map((g) => g.dataset.group);
  document.cookie = `${prefix}folded=${folded.join(".")}; Path=/; SameSite=Lax; Max-Age=31536000${secure}`;
};

const has = (link, words) => link.textContent.trim().toLowerCase().includes(words);
let open; // the groups that were, before a search opened all
const narrow = () => {
  const words = box.value.trim().toLowerCase();
  const groups = [...nav.querySelectorAll("details")];
  if (words && !open) open = groups.filter((g) => g.open);
  for (const group of groups) {
    for (const item of group.querySelectorAll(":scope > ul > li")) {
      const [link, ...tabs] = item.querySelectorAll("a");
      const found = tabs.filter((t) => {
        const hit = words && has(t, words);
        t.parentElement.hidden = !hit;
        return hit;
      });
      if (tabs.length) tabs[0].closest("ul").hidden = !found.length;
      item.hidden = words && !found.length && !has(link, words);
    }
    group.hidden = !group.querySelector(":scope > ul > li:not([hidden])");
    if (words) group.open = true;
    else if (open) group.open = open.includes(group);
  }
  if (!words) open = null;
  document.getElementById("nav-none").hidden = groups.some((g) => !g.hidden);
};

// The links in sight, and what Return opens: the best of those that are found.
const links = () => [...nav.querySelectorAll("a")].filter((a) => a.checkVisibility());
const best = () => {
  const words = box.value.trim().toLowerCase();
  const found = links().filter((a) => has(a, words));
  return words && (found.find((a) => a.textContent.trim().toLowerCase().startsWith(words)) ?? found[0]);
};

if (box) {
  box.addEventListener("input", narrow);
  nav.addEventListener("click", (e) => { if (!open && e.target.closest("summary")) setTimeout(remember); });
  box.form.addEventListener("submit", (e) => {
    const page = best();
    if (page) { e.preventDefault(); page.click(); } // else it looks for more than pages
  });
  document.getElementById("sidebar").addEventListener("keydown", (e) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!step || e.currentTarget.matches(":popover-open")) return; // menus have arrows already
    const stops = [box, ...links()];
    const at = stops.indexOf(document.activeElement.matches(".pin") ? document.activeElement.previousElementSibling : document.activeElement);
    if (at < 0) return;
    e.preventDefault();
    stops[(at + step + stops.length) % stops.length].focus();
  });

  // A pin moves its entry, and keeps the focus.
  let pin;
  nav.addEventListener("submit", (e) => { pin = e.submitter.value; });
  document.addEventListener("htmx:after:swap", () => {
    if (!pin) return;
    nav.querySelector(`button[value="${pin}"]`)?.focus();
    pin = null;
    open = null;
    narrow();
  });
}
