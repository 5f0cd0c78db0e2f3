// Runs before the first paint: puts the remembered theme on <html>, and says that script is there.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "panel" || theme === "panel-dark") root.dataset.theme = theme;
  } catch {
    // Storage may be forbidden: the system's theme stays.
  }
})();
