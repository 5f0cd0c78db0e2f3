// What leads to other rows of a list (sorting, pages, filters in force, views) brings them in place.
import { $ } from "./dom.js";

document.addEventListener("click", async (e) => {
  const link = e.target.closest?.(`#list a[href$="#list-rows"]`);
  if (!link || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
  e.preventDefault();
  link.closest("[popover]")?.hidePopover();
  await htmx.ajax("GET", link.pathname + link.search, { source: link, target: "#list", select: "#list", swap: "outerMorph", push: "true" });
  $("#list .search")?.reset(); // a filter that was taken off is the browser's still
  if (!link.matches(".sort")) $("#list-rows")?.focus();
});
// Other rows begin at their top; those of a tree that is opened stay where they are.
document.addEventListener("htmx:after:swap", (e) => {
  const { target, sourceElement } = e.detail.ctx, region = $("#list .region");
  if (region && target?.id === "list" && !sourceElement.matches(".toggle")) region.scrollTop = 0;
});
