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
  const [prefix, secure] = location.protocol === "https:" ? ["__Host-", "; Secure"] : ["", ""];
  const cookie = `${prefix}zone=${zone}`;
  if (zone && !document.cookie.split("; ").includes(cookie)) document.cookie = `${cookie}; Path=/; SameSite=Lax; Max-Age=31536000${secure}`;
})();
