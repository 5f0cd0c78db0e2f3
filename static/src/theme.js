// Runs before the first paint: puts the remembered theme on <html>, says that script is there, and
// tells the server the reader's time zone.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "panel" || theme === "panel-dark") root.dataset.theme = theme;
  } catch {
    // Storage may be forbidden: the system's theme stays.
  }
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes(`zone=${zone}`)) document.cookie = `zone=${zone}; Path=/; SameSite=Lax; Max-Age=31536000`;
})();
