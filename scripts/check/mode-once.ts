/** Only platform/ and the banner read the mode. The configuration, which sets it, may name it too. */
import { join } from "node:path";

const root = join(import.meta.dir, "../..");
const allowed = /^(platform|config)\/|^runner\/banner\.ts$|\.test\.ts$|\/gen\//;
const reads = /\.mode\s*[!=]==?|[!=]==?\s*"(local|cloud)"|case "(local|cloud)":|switch \([\w.]*mode\)/;

const found: string[] = [];
for await (const file of new Bun.Glob("**/*.ts").scan({ cwd: join(root, "src") })) {
  if (allowed.test(file)) continue;
  const lines = (await Bun.file(join(root, "src", file)).text()).split("\n");
  for (const [index, line] of lines.entries()) {
    if (reads.test(line)) found.push(`src/${file}:${index + 1}: ${line.trim()}`);
  }
}
if (found.length > 0) {
  console.error(`The mode is read outside of src/platform: take a part of the Platform instead.\n${found.join("\n")}`);
  process.exit(1);
}
