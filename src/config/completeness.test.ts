/** No setting is forgotten: each one is documented, shown and has an effect, or says that it has none. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import * as v from "valibot";
import { settingTable } from "../../scripts/docs/setting-table.ts";
import { type TestAuthority, testAuthority } from "../../test/support/certificates.ts";
import { compact, type Group, isGroup, type Schema, settingsOf } from "./group.ts";
import { knownNames, listSettings } from "./list-settings.ts";
import type { Setting } from "./setting.ts";
import { cloudSettings, localSettings } from "./settings/index.ts";

const modes = [
  ["local", localSettings],
  ["cloud", cloudSettings],
] as const;

let authority: TestAuthority;
let candidates: readonly string[];
beforeAll(async () => {
  authority = await testAuthority();
  const { cert, key, certFile, keyFile } = await authority.issue("client");
  const words =
    "true false 1 2 60 61 70 512MiB 1GiB a=1 b=2 host host:443 host:444 http://a http://b text-of-a-key /a".split(" ");
  const tokenFile = `${certFile}.token`;
  await Bun.write(tokenFile, "text-of-a-token\n");
  candidates = [...words, cert, key, certFile, keyFile, tokenFile];
});
afterAll(() => authority[Symbol.asyncDispose]());

/** Values that the setting accepts: two that differ, if there are two. */
function valuesOf({ parser }: Setting): readonly unknown[] {
  const words = parser.allowed.split(/, | or /);
  return [...words, ...candidates].flatMap((text) => {
    const result = v.safeParse(parser.schema, text, { abortPipeEarly: true });
    return result.success ? [result.output] : [];
  });
}

/** Whether the part of the configuration changes with the setting, whatever else is set. */
function hasEffect(group: Group, key: string): boolean {
  const setting = group.settings[key] as Setting;
  const others = Object.entries(group.settings).filter(([other]) => other !== key);
  const part = (values: object) => JSON.stringify(compact(group.resolve(values as never) as object));
  const required = Object.fromEntries(
    others.flatMap(([other, { default: text, required, parser }]) => {
      if (text === undefined && required === undefined) return [];
      return [[other, text === undefined ? "text" : v.parse(parser.schema, text)]];
    }),
  );
  const contexts = [{}, ...others.flatMap(([other, one]) => valuesOf(one).map((value) => ({ [other]: value })))];
  const mayBeAbsent = setting.default === undefined && setting.required === undefined;
  return contexts.some((context) => {
    const parts = valuesOf(setting).map((value) => part({ ...required, ...context, [key]: value }));
    return new Set(mayBeAbsent ? [...parts, part({ ...required, ...context })] : parts).size > 1;
  });
}

describe.each(modes)("every setting of %s mode", (_, schema: Schema) => {
  test("reaches the configuration, or is declared as without effect", () => {
    const groups = Object.values(schema).filter(isGroup);
    const lost = groups.flatMap((group) =>
      Object.entries(group.settings)
        .filter(([key, { noEffect }]) => noEffect === undefined && !hasEffect(group, key))
        .map(([, { name }]) => name),
    );
    expect(groups.length).toBeGreaterThan(4);
    expect(lost).toEqual([]);
  });

  test("has a name of its own", () => {
    const names = settingsOf(schema).flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
  });
});

test("every setting is in the table of the documentation, with its aliases", () => {
  const rows = settingTable().split("\n").slice(2);
  const names = rows.map((row) => [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(names).toEqual(listSettings().map((setting) => [...setting.names]));
});

/** Conventions of the system and of terminals: not settings of this program. */
const OF_THE_SYSTEM: ReadonlySet<string> = new Set(["TMPDIR", "HOME", "NO_COLOR", "PATH", "TERM", "CI"]);

test("the program takes no variable out of an environment that is not declared", async () => {
  const taken: string[] = [];
  for await (const path of new Bun.Glob("**/*.ts").scan({ cwd: join(import.meta.dir, "..") })) {
    if (path.endsWith(".test.ts") || path.startsWith("stigmer/gen/")) continue;
    const source = await Bun.file(join(import.meta.dir, "..", path)).text();
    const uses = source.matchAll(/\b(?:env|environment)(?:\[["']|\.)([A-Z][A-Z0-9_]+)/g);
    taken.push(...[...uses].map(([, name = ""]) => name).filter((name) => !OF_THE_SYSTEM.has(name)));
    if (path !== "main.ts" && /\b(?:process|Bun)\.env\b/.test(source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "")))
      taken.push(`process.env in ${path}`);
  }
  expect(taken.filter((use) => !knownNames().has(use))).toEqual([]);
});
