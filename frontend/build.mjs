// Build the card into custom_components/mybmw/frontend, or compare with what is there (--check).
import { build } from "esbuild";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LARGEST = 60_000; // bytes of all JavaScript together, gzip
const here = fileURLToPath(new URL(".", import.meta.url));
const target = join(here, "../custom_components/mybmw/frontend");

/** Return the files of the bundle by name. */
async function bundle() {
  const result = await build({
    absWorkingDir: here,
    entryPoints: { "mybmw-card": "src/mybmw-card.ts" },
    outdir: "out",
    chunkNames: "mybmw-[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    charset: "utf8",
    legalComments: "none",
    write: false,
  });
  const files = new Map(result.outputFiles.map((file) => [basename(file.path), Buffer.from(file.contents)]));
  files.set("LICENSE-lit.txt", await readFile(join(here, "node_modules/lit/LICENSE")));
  return files;
}

/** Return what is wrong with the bundle, or with the committed one if that is to be compared. */
async function faults(files, compare) {
  const found = [];
  const scripts = [...files].filter(([name]) => name.endsWith(".js"));
  const size = scripts.reduce((sum, [, content]) => sum + gzipSync(content, { level: 9 }).length, 0);
  console.log(`${scripts.length} files, ${size} bytes gzip`);
  if (size > LARGEST) found.push(`larger than ${LARGEST} bytes`);
  // The address of the entry has a hash in its query: a part that imports it would load it a second time
  if (scripts.some(([, content]) => content.includes("/mybmw-card.js")))
    found.push("a part imports the entry");
  if (!compare) return found;
  const committed = (await readdir(target).catch(() => [])).sort();
  if (committed.join() !== [...files.keys()].sort().join())
    found.push(`other files are committed: ${committed}`);
  for (const name of committed)
    if (!files.get(name)?.equals(await readFile(join(target, name))))
      found.push(`${name} is not the source's`);
  return found;
}

async function write(files) {
  await mkdir(target, { recursive: true });
  for (const name of await readdir(target)) if (!files.has(name)) await rm(join(target, name));
  for (const [name, content] of files) await writeFile(join(target, name), content);
}

const check = process.argv.includes("--check");
const files = await bundle();
if (!check) await write(files);
const wrong = await faults(files, check);
for (const fault of wrong) console.error(`frontend: ${fault}`);
if (check && wrong.length) console.error("frontend: run script/frontend and commit what it writes");
process.exitCode = wrong.length ? 1 : 0;
