import { describe, expect, test } from "bun:test";
import { callLabel, componentType } from "./labels.ts";

const label = (command: string) => callLabel("execute", { command });

describe("the label of a command", () => {
  test("is its first word", () => {
    expect(label("ls -la /tmp")).toBe("execute: ls");
    expect(label("  cat\tfile.txt")).toBe("execute: cat");
    expect(callLabel("shell", { command: "ls" })).toBe("execute: ls");
  });

  test("has the first argument of programs where that says what they do", () => {
    for (const program of "kubectl docker npm yarn pnpm bun git make cargo go terraform helm".split(" "))
      expect(label(`${program} --flag build now`)).toBe(`${program} build`);
    expect(label("git")).toBe("execute: git");
    expect(label("make -j")).toBe("execute: make");
  });

  test("has the script of an interpreter", () => {
    expect(label("python app.py --fast")).toBe("python app.py");
    expect(label("python3.12 -u app.py")).toBe("python3.12 app.py");
    expect(label("node server.js")).toBe("node server.js");
  });

  test("has no script where the program is on the command line or a module", () => {
    expect(label("python -c 'print(1)'")).toBe("execute: python");
    expect(label("python -m http.server")).toBe("execute: python");
    expect(label("node -e 1")).toBe("execute: node");
  });

  test("leaves out where the program lies and the variables before it", () => {
    expect(label("/usr/bin/git status")).toBe("git status");
    expect(label("CI=1 NODE_ENV=test npm run x")).toBe("npm run");
  });

  test("does without a command", () => {
    expect(label("")).toBe("execute");
    expect(label("A=1")).toBe("execute");
  });
});

describe("the label of another call", () => {
  test("is the tool and what it acts on", () => {
    expect(callLabel("read_file", { file_path: "notes.md", offset: 10 })).toBe("read_file: notes.md");
    expect(callLabel("grep", { pattern: "TODO", path: "src" })).toBe("grep: src");
    expect(callLabel("task", { description: "a long text", subagent_type: "tester" })).toBe("task: tester");
  });

  test("is only the tool where nothing tells more", () => {
    expect(callLabel("write_todos", { todos: [] })).toBe("write_todos");
    expect(callLabel("read_file", { file_path: "" })).toBe("read_file");
    expect(callLabel("execute", { command: 7 })).toBe("execute");
  });

  test("is one short line", () => {
    const text = callLabel("search", { query: `two\nlines ${"x".repeat(500)}` });
    expect(text).toStartWith("search: two lines xxx");
    expect(text.length).toBeLessThan(100);
  });
});

test("a call is shown by the widget for its tool", () => {
  const expected: Record<string, string> = {
    execute: "terminal",
    shell: "terminal",
    read_file: "preview",
    write_file: "editor",
    edit_file: "editor",
    grep: "search",
    glob: "search",
    ls: "filesystem",
    task: "subagent",
    write_todos: "todo",
    kubectl_get: "kubernetes",
    list_K8s_pods: "kubernetes",
    browser_click: "browser",
    git_diff: "git",
    web_search: "web-search",
    "web-search": "web-search",
    something_else: "tool",
  };
  for (const [tool, type] of Object.entries(expected))
    expect({ tool, type: componentType(tool) }).toEqual({ tool, type });
});

test("a tool whose name objects inherit is one like others", () => {
  for (const tool of ["__proto__", "toString", "constructor", "hasOwnProperty"]) {
    expect(componentType(tool)).toBe("tool");
    expect(callLabel(tool, {})).toBe(tool);
  }
});
