// Hands what the panel asks to the browser's passkeys, and their answer back as an ordinary form.
// A form that can not be used here stays hidden.
(() => {
  const key = globalThis.PublicKeyCredential;
  const able = key?.parseRequestOptionsFromJSON && key.parseCreationOptionsFromJSON && key.prototype.toJSON;
  const here = (name) => location.hostname === name || location.hostname.endsWith(`.${name}`);

  const answer = async (form) => {
    if (form.dataset.options) {
      const asked = JSON.parse(form.dataset.options);
      return [asked, await navigator.credentials.create({ publicKey: key.parseCreationOptionsFromJSON(asked.options.publicKey) })];
    }
    const asked = await (await fetch(form.dataset.begin, { method: "POST" })).json();
    return [asked, await navigator.credentials.get({ publicKey: key.parseRequestOptionsFromJSON(asked.options.publicKey) })];
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!able || !here(form.dataset.passkey)) continue;
    form.hidden = false;
    document.querySelector("[data-passkey-none]")?.remove();
    const failed = form.querySelector("[data-failed]");
    form.addEventListener("submit", async (e) => {
      e.preventDefault();
      failed.hidden = true;
      try {
        const [asked, credential] = await answer(form);
        form.elements.challenge.value = asked.challenge;
        form.elements.credential.value = JSON.stringify(credential);
        form.submit(); // which does not come by here again
      } catch {
        failed.hidden = false;
      }
    });
  }
})();
