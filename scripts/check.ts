/** Runs all static checks: `bun run check`. */
import { join } from "node:path";

const root = join(import.meta.dir, "..");

// Types are checked by TypeScript 7, in a third of the time. `typescript` itself stays at 6: dependency-cruiser and editors
// need its JavaScript API.
const checks: readonly (readonly [string, readonly string[]])[] = [
  ["format and lint", ["bunx", "biome", "check", "."]],
  ["types", ["bun", "node_modules/typescript-7/bin/tsc", "-p", "."]],
  ["boundaries", ["bunx", "--bun", "depcruise", "src"]],
  ["unused exports", ["bunx", "knip", "--include", "exports,types,files", "--no-progress"]],
  ["generated code", ["bun", "scripts/generate.ts", "--check"]],
  ["generated documentation", ["bun", "scripts/generate-docs.ts", "--check"]],
  ["documentation", ["bun", "scripts/check/documentation.ts"]],
  ["mode is read in platform/ only", ["bun", "scripts/check/mode-once.ts"]],
];

const results = await Promise.all(
  checks.map(async ([name, command]) => {
    const process = Bun.spawn([...command], { cwd: root, stdout: "pipe", stderr: "pipe" });
    const [output, errors, code] = await Promise.all([
      new Response(process.stdout).text(),
      new Response(process.stderr).text(),
      process.exited,
    ]);
    return { name, ok: code === 0, output: `${output}${errors}` };
  }),
);
for (const { name, ok, output } of results) {
  console.log(`${ok ? "✓" : "✗"} ${name}`);
  if (!ok) console.log(output.trimEnd());
}
process.exit(results.every(({ ok }) => ok) ? 0 : 1);
