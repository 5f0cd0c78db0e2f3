// The editor of code is fetched where a page has code to edit.
import { $ } from "./dom.js";

let asked = false;
const load = () => {
  const field = !asked && $("textarea[data-editor]");
  if (!field) return;
  asked = true;
  document.head.append(Object.assign(document.createElement("script"), { src: field.dataset.editor }));
};
document.addEventListener("htmx:after:swap", load);
load();
