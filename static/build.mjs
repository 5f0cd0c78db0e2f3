// Builds static/dist from static/src and the pinned packages: `node static/build.mjs`.
// Each file lies there plain, gzipped and brotlied; static.go names them by their content.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { buildSync } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const src = join(root, "static/src");
const dist = join(root, "static/dist");

mkdirSync(dist, { recursive: true });
for (const name of readdirSync(dist)) if (name !== "README") rmSync(join(dist, name));

if (spawnSync(process.execPath, [join(root, "static/style.mjs"), join(src, "panel.css"), join(dist, "panel.css")], { stdio: "inherit" }).status) process.exit(1);

const script = (name) => {
  const { warnings, outputFiles } = buildSync({ entryPoints: [join(src, name)], bundle: true, minify: true, format: "iife", target: "es2022", write: false });
  if (warnings.length) process.exit(1); // esbuild has shown them
  return Buffer.from(outputFiles[0].contents);
};

// Of daisyUI's rules, those for what the panel does not have: a browser that knows them
// looks at the whole page whenever a class changes or something comes or goes.
const style = [
  /\.prose :where\(a\.btn[^{]*\{[^}]*\}/g,
  /:root:has\(input\.theme-controller[^)]*\),/g,
].reduce((css, rules) => css.replace(rules, ""), readFileSync(join(dist, "panel.css"), "utf8"));

const files = {
  "panel.css": Buffer.from(style),
  "htmx.js": readFileSync(join(root, "node_modules/htmx.org/dist/htmx.min.js")),
  "theme.js": script("theme.js"),
  "app.js": script("app.js"),
  "code.js": script("code.js"),
  "passkey.js": script("passkey.js"),
  "icons.svg": readFileSync(join(src, "icons.svg")),
  "favicon.svg": readFileSync(join(src, "favicon.svg")),
};

let wire = 0;
for (const [name, data] of Object.entries(files)) {
  const gz = gzipSync(data, { level: 9 });
  const br = brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  writeFileSync(join(dist, name), data);
  writeFileSync(join(dist, `${name}.gz`), gz);
  writeFileSync(join(dist, `${name}.br`), br);
  wire += gz.length;
  console.log(`${name.padEnd(10)} ${String(data.length).padStart(7)} B, gzip ${gz.length}, br ${br.length}`);
}
console.log(`together ${wire} B gzipped`);
