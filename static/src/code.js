// An editor in the place of a text area with code. It lives in a shadow tree, where
// CodeMirror adopts its style sheets instead of writing them into the page, which the
// panel's policy forbids; colours are the page's, by their custom properties.
import { indentWithTab } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { json } from "@codemirror/lang-json";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { basicSetup } from "codemirror";

import { $, $$ } from "./dom.js";

const languages = { javascript, json };

const theme = EditorView.theme({
  "&": { color: "var(--color-base-content)", backgroundColor: "var(--color-base-100)", border: "1px solid color-mix(in oklab, var(--color-base-content) 55%, transparent)", borderRadius: "var(--radius-field)", fontSize: "0.8125rem" },
  "&.cm-focused": { outline: "2px solid var(--color-primary)", outlineOffset: "1px" },
  "&.wrong": { borderColor: "var(--color-error)" },
  ".cm-scroller": { fontFamily: "ui-monospace, Menlo, Consolas, monospace", minHeight: "12rem", maxHeight: "32rem" },
  ".cm-content": { caretColor: "var(--color-base-content)" },
  ".cm-cursor": { borderLeftColor: "var(--color-base-content)" },
  ".cm-gutters": { color: "var(--quiet)", backgroundColor: "var(--color-base-200)", border: "0", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "color-mix(in oklab, var(--color-primary) 30%, transparent)" },
  ".cm-panels, .cm-tooltip": { color: "var(--color-base-content)", backgroundColor: "var(--color-base-200)", borderColor: "var(--line)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { color: "var(--color-primary-content)", backgroundColor: "var(--color-primary)" },
  ".cm-panels input, .cm-panels button": { color: "inherit", backgroundColor: "var(--color-base-100)", backgroundImage: "none", borderColor: "var(--line)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "color-mix(in oklab, var(--color-primary) 22%, transparent)" },
});

// Four colours, which the panel's themes have in light and dark.
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.bool, tags.null, tags.operatorKeyword], color: "var(--color-primary)", fontWeight: "600" },
  { tag: [tags.string, tags.regexp, tags.special(tags.string)], color: "var(--color-success)" },
  { tag: [tags.number, tags.propertyName], color: "var(--color-info)" },
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
  { tag: tags.invalid, color: "var(--color-error)" },
]);

const enhance = (area) => {
  const label = $(`label[for="${area.id}"]`), help = $(`#${area.id}-help`);
  const host = Object.assign(document.createElement("div"), { className: "code" });
  const root = host.attachShadow({ mode: "open", delegatesFocus: true });
  const said = { "aria-label": label.childNodes[0].textContent.trim(), "aria-description": `${help ? `${help.textContent} ` : ""}Press Escape, then Tab, to leave the editor.` };
  if (area.hasAttribute("aria-invalid")) said["aria-invalid"] = "true";
  said.tabindex = "0"; // by which a checker knows that the keyboard can scroll it
  if (area.required) said["aria-required"] = "true";
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: area.value,
      extensions: [
        basicSetup, keymap.of([indentWithTab]), languages[area.dataset.language](), theme, syntaxHighlighting(colours),
        EditorView.contentAttributes.of(said), EditorView.editorAttributes.of({ class: area.hasAttribute("aria-invalid") ? "wrong" : "" }),
        EditorView.updateListener.of((u) => { if (u.docChanged) area.value = u.state.doc.toString(); }),
      ],
    }),
  });
  const focused = document.activeElement === area;
  host.id = area.id;
  area.removeAttribute("id");
  delete area.dataset.editor;
  area.hidden = true;
  area.after(host);
  label.addEventListener("click", () => view.focus());
  document.addEventListener("click", (e) => { if (e.target.closest?.(`a[href="#${host.id}"]`)) { e.preventDefault(); view.focus(); } });
  if (focused) view.focus();
};

const all = () => $$("textarea[data-editor]").forEach(enhance);
document.addEventListener("htmx:after:swap", all);
all();
