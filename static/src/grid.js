// The table of permissions is one stop of the Tab key, moved through by arrows: the grid
// of the ARIA practices. Without script each box is a stop of its own.
const table = () => document.querySelector("table.matrix");
const stopOf = (cell) => cell.querySelector("a[href],button:enabled") ?? cell;

let row = 1, column = 1; // where Tab comes in; kept while the table is drawn anew
const enter = (grid) => {
  grid.setAttribute("role", "grid");
  row = Math.min(row, grid.rows.length - 1);
  for (const [y, line] of [...grid.rows].entries()) {
    for (const [x, cell] of [...line.cells].entries()) stopOf(cell).tabIndex = y === row && x === column ? 0 : -1;
  }
};
const refresh = () => { const grid = table(); if (grid) enter(grid); };

const goTo = (grid, y, x) => {
  const to = grid.rows[Math.max(0, Math.min(y, grid.rows.length - 1))];
  stopOf(to.cells[Math.max(0, Math.min(x, to.cells.length - 1))]).focus();
};
const moves = {
  ArrowUp: () => [row - 1, column], ArrowDown: () => [row + 1, column],
  ArrowLeft: () => [row, column - 1], ArrowRight: () => [row, column + 1],
  Home: (e) => [e.ctrlKey ? 0 : row, 0], End: (e) => [e.ctrlKey ? Infinity : row, Infinity],
  PageUp: () => [Math.max(1, row - 10), column], PageDown: () => [row + 10, column],
};

document.addEventListener("focusin", (e) => {
  const cell = e.target.closest?.("table.matrix :is(th,td)");
  if (!cell) return;
  const was = table().rows[row]?.cells[column];
  if (was) stopOf(was).tabIndex = -1;
  row = cell.parentElement.rowIndex;
  column = cell.cellIndex;
  stopOf(cell).tabIndex = 0;
});
document.addEventListener("keydown", (e) => {
  const grid = e.target.closest?.("table.matrix");
  if (!grid || !moves[e.key] || e.altKey || e.metaKey) return;
  e.preventDefault();
  goTo(grid, ...moves[e.key](e));
});
document.addEventListener("htmx:after:swap", refresh);
refresh();
