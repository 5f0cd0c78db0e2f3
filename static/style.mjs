// Makes the style sheet: `node static/style.mjs from.css to.css`. A rule that no browser
// takes, such as one with a wrong selector, is an error that shows it.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const [from, to] = process.argv.slice(2);

const { status, stderr, error } = spawnSync(
  join(root, "node_modules/.bin/tailwindcss"),
  ["--input", from, "--output", to, "--minify"],
  { cwd: root, encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] },
);
if (error) throw error;
const said = stripVTControlCharacters(stderr), warned = said.search(/^Found \d+ warnings?/m);
if (status || warned >= 0) { // Tailwind leaves such a rule out with a warning
  rmSync(to, { force: true });
  console.error(warned < 0 ? said : `${from} has rules that no browser takes. Correct them or take them out.\n\n${said.slice(warned)}`);
  process.exit(1);
}
