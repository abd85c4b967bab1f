import { describe, expect, test } from "bun:test";
import { createFilesystemMiddleware } from "deepagents";
import { OWN_TOOLS, type ToolKey, ToolNames } from "./tool-names.ts";

function named(...tools: ToolKey[]): string[] {
  const names = new ToolNames();
  names.give(tools);
  return tools.map((tool) => names.of(tool));
}

describe("a tool of a server", () => {
  test("keeps its name if nobody else has it", () => {
    expect(named({ server: "a", name: "fetch" }, { server: "b", name: "search-all" })).toEqual(["fetch", "search-all"]);
  });

  test("is told apart from that of another server, whichever comes first", () => {
    const [a, b] = [
      { server: "a", name: "fetch" },
      { server: "b c", name: "fetch" },
    ];
    expect(named(a, b)).toEqual(["a_fetch", "b_c_fetch"]);
    expect(named(b, a)).toEqual(["b_c_fetch", "a_fetch"]);
  });

  test("cannot take the name of any tool that the agent library adds", () => {
    const added = createFilesystemMiddleware().tools?.map(({ name }) => String(name)) ?? [];
    expect(added).toContain("delete");
    expect(added.filter((name) => !OWN_TOOLS.has(name))).toEqual([]);
    expect(named({ server: "files", name: "delete" })).toEqual(["files_delete"]);
  });

  test("cannot take the name of a tool of the runner", () => {
    expect(named({ server: "files", name: "read_file" }, { server: "x", name: "task" })).toEqual([
      "files_read_file",
      "x_task",
    ]);
  });

  test("gets only characters that every provider accepts, and at most 64", () => {
    const names = named(
      { server: "s", name: "a.b/c" },
      { server: "s", name: "ü" },
      { server: "s", name: "x".repeat(100) },
      { server: "s", name: `${"x".repeat(100)}y` },
      { server: "s".repeat(100), name: "ls" },
    );
    expect(names.slice(0, 2)).toEqual(["a_b_c", "_"]);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(new Set(names).size).toBe(names.length);
  });

  test("is told apart from another one whose name becomes the same", () => {
    const names = named({ server: "s", name: "a.b" }, { server: "s", name: "a_b" }, { server: "s", name: "a b" });
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toStartWith("s_a_b");
  });

  test("keeps its name when other tools appear", () => {
    const names = new ToolNames();
    const [a, b] = [
      { server: "a", name: "fetch" },
      { server: "b", name: "fetch" },
    ];
    names.give([a]);
    names.give([a, b]);
    expect([names.of(a), names.of(b)]).toEqual(["fetch", "b_fetch"]);
  });
});
