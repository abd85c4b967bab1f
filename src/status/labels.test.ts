import { describe, expect, test } from "bun:test";
import { widthOf } from "../shared/width.ts";
import { callLabel, callText, componentType } from "./labels.ts";

const label = (command: string) => callLabel("execute", { command });

describe("label of a command", () => {
  test("is the program's name", () => {
    expect(label("ls -la /tmp")).toBe("execute: ls");
    expect(label("  cat\tfile.txt")).toBe("execute: cat");
    expect(callLabel("shell", { command: "ls" })).toBe("execute: ls");
  });

  test("contains the subcommand of programs that have one", () => {
    for (const program of "kubectl docker npm yarn pnpm bun git make cargo go terraform helm".split(" "))
      expect(label(`${program} --flag build now`)).toBe(`${program} build`);
    expect(label("git")).toBe("execute: git");
    expect(label("make -j")).toBe("execute: make");
  });

  test("contains the script of an interpreter", () => {
    expect(label("python app.py --fast")).toBe("python app.py");
    expect(label("python3.12 -u app.py")).toBe("python3.12 app.py");
    expect(label("node server.js")).toBe("node server.js");
  });

  test("contains no script for inline code or a module", () => {
    expect(label("python -c 'print(1)'")).toBe("execute: python");
    expect(label("python -m http.server")).toBe("execute: python");
    expect(label("node -e 1")).toBe("execute: node");
  });

  test("omits the program's directory and variable assignments", () => {
    expect(label("/usr/bin/git status")).toBe("git status");
    expect(label("CI=1 NODE_ENV=test npm run x")).toBe("npm run");
  });

  test("ends at the first shell operator, and is never the name of a here-document", () => {
    expect(label("make && ls")).toBe("execute: make");
    expect(label("git; ls")).toBe("execute: git");
    expect(label("python3 <<'EOF'\nprint(1)\nEOF")).toBe("execute: python3");
    expect(label("(cd app; make)")).toBe("execute: cd");
    expect(label("npm \\\n  run build")).toBe("npm run");
  });

  test("omits comments and assignments with quoted values", () => {
    expect(label("# Build it\n# twice\n\nmake all")).toBe("make all");
    expect(label(`NAME='a b; c' OTHER="x \\" y" git status`)).toBe("git status");
  });

  test("is the tool's name without a command", () => {
    expect(label("")).toBe("execute");
    expect(label("A=1")).toBe("execute");
  });
});

describe("label of other calls", () => {
  test("contains the tool and what it acts on", () => {
    expect(callLabel("read_file", { file_path: "notes.md", offset: 10 })).toBe("read_file: notes.md");
    expect(callLabel("grep", { pattern: "TODO", path: "src" })).toBe("grep: src");
  });

  test("contains the sub-agent of a task and the first words for it", () => {
    expect(callLabel("task", { description: "Test the\nparser", subagent_type: "tester" })).toBe(
      "task: tester — Test the parser",
    );
    expect(callLabel("task", { subagent_type: "tester" })).toBe("task: tester");
    expect(callLabel("task", { description: "x".repeat(500), subagent_type: 7 })).toBe(`task — ${"x".repeat(72)}…`);
  });

  test("is the tool's name if no argument is informative", () => {
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

describe("text of a command's message", () => {
  const text = (command: string) => callText("execute", { command });

  test("contains the label, and the whole command on a second line", () => {
    expect(text("cd app && make test")).toBe("execute: cd\n$ cd app && make test");
    expect(text("sudo make install")).toBe("execute: sudo\n$ sudo make install");
    expect(text("CI=1 npm run build")).toBe("npm run\n$ CI=1 npm run build");
    expect(callText("shell", { command: "ls -la" })).toBe("execute: ls\n$ ls -la");
  });

  test("is the label alone if that is the whole command", () => {
    expect(text("git status")).toBe("git status");
    expect(text("ls")).toBe("execute: ls");
    expect(text(" \n ")).toBe("execute");
    expect(callText("read_file", { file_path: "a.ts" })).toBe("read_file: a.ts");
  });

  test("contains the command on one line, including here-documents", () => {
    expect(text("cat >a.txt <<END\n  one\n\ttwo\nEND")).toBe("execute: cat\n$ cat >a.txt <<END one two END");
  });

  test("is cut at a width, never within a character", () => {
    for (const letter of ["x", "漢", "👩🏽‍❤️‍💋‍👩🏽", "e\u0301", "🇩🇪"]) {
      const line = text(`echo ${letter.repeat(500)}`).split("\n")[1] ?? "";
      expect(line).toStartWith(`$ echo ${letter}`);
      expect(line).toEndWith(`${letter}…`);
      expect(widthOf(line)).toBeLessThanOrEqual(162);
      expect(line.replaceAll(letter, "")).toBe("$ echo …");
    }
  });

  test("makes control characters and bidirectional overrides visible", () => {
    expect(text("echo \u001b]0;x\u0007 \u202ehidden\u0000")).toBe("execute: echo\n$ echo ␛]0;x␇ <U+202E>hidden␀");
    expect(text("\u001b[8mrm -rf /")).toBe("execute: ␛[8mrm\n$ ␛[8mrm -rf /");
  });

  test("is short for any command", () => {
    expect(text("x".repeat(1_000_000)).length).toBeLessThan(300);
    expect(text(`a${"\u0301".repeat(1_000_000)}`).length).toBeLessThan(5_000);
  });
});

describe("tool with a hostile name", () => {
  test("is shown by the default widget, even if the name is an inherited property", () => {
    for (const name of ["toString", "__proto__", "constructor"]) expect(componentType(name)).toBe("tool");
    expect(callLabel("ls", Object.create({ path: "inherited" }))).toBe("ls");
  });

  test("has a short label", () => {
    expect(callLabel("x".repeat(200_000), {}).length).toBeLessThanOrEqual(80);
    expect(callLabel("a\u202e\u001bb\n", { path: "p" })).toBe("a<U+202E>␛b: p");
  });
});

test("calls are shown by the widget for their tool", () => {
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

test("a tool named like an inherited property is labeled like any other", () => {
  for (const tool of ["__proto__", "toString", "constructor", "hasOwnProperty"]) {
    expect(componentType(tool)).toBe("tool");
    expect(callLabel(tool, {})).toBe(tool);
  }
});
