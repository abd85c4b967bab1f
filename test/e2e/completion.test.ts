/** Completion in the real shells, with the compiled program. */
import { beforeAll, describe, expect, test } from "bun:test";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { SHELLS, type Shell } from "../../src/completion/index.ts";
import { installedProgram } from "../support/installed-program.ts";
import { withTool } from "../support/requirement.ts";
import { startAtTerminal } from "../support/terminal.ts";

const installed = installedProgram();
let bin: string;
let cwd: string;

/** On the PATH it completes as the program does, and shows the arguments that it is called with otherwise. */
const SHIM = (program: string) => `#!/bin/sh
case $1 in __complete) exec ${program} "$@" ;; esac
printf 'args'
printf '<%s>' "$@"
echo .
`;

beforeAll(async () => {
  bin = join(installed.folder.path, "bin");
  cwd = join(installed.folder.path, "place");
  await mkdir(join(cwd, "folder"), { recursive: true });
  await Bun.write(join(cwd, "my agent.yaml"), "");
  await Bun.write(join(cwd, "folder/inner.yaml"), "");
  await Bun.write(join(bin, "agent-runner"), SHIM(installed.file));
  await chmod(join(bin, "agent-runner"), 0o755);
});

/** Interactive, without the user's configuration. */
const START: Readonly<Record<Shell, { readonly command: readonly string[]; readonly setUp: string }>> = {
  bash: { command: ["bash", "--norc", "--noprofile", "-i"], setUp: 'source <("$PROGRAM" completion bash)' },
  zsh: {
    command: ["zsh", "-f", "-i"],
    setUp: 'autoload -Uz compinit && compinit -u -D; source <("$PROGRAM" completion zsh)',
  },
  fish: { command: ["fish", "--no-config", "-i"], setUp: "$PROGRAM completion fish | source" },
};

async function shellAt(shell: Shell) {
  const { command, setUp } = START[shell];
  const env = {
    PATH: `${bin}:/usr/bin:/bin`,
    TERM: "xterm",
    PROGRAM: installed.file,
    LC_ALL: "C.UTF-8",
    HISTFILE: "/dev/null",
  };
  const terminal = startAtTerminal(command, env, cwd);
  terminal.type(`${setUp}; echo set'-up'-done\r`);
  await terminal.says("set-up-done");
  return terminal;
}

const PRESENT = SHELLS.filter((shell) => withTool(shell, `completion in ${shell}`));

describe.each(PRESENT)("%s", (shell) => {
  test.each<[string, string, string]>([
    ["a command", "comple\tf\t", "<completion><fish>"],
    ["a command after an option with a value", "--env-file x dev\t", "<--env-file><x><dev>"],
    ["an option", "run --pati\t5", "<run><--patience><5>"],
    ["an option of the program", "run --env-f\tx", "<run><--env-file><x>"],
    ["a value with a colon", "run --model ollama:q\t", "<run><--model><ollama:qwen2.5-coder:7b>"],
    ["a word that the command allows", "log-level de\t", "<log-level><debug>"],
    ["a value after =", "run --model=anthropic:\t", "<run><--model=anthropic:claude-sonnet-4.5>"],
    ["a file with a space", "run --agent my\t", "<run><--agent><my agent.yaml>"],
    ["a file in a directory", "run --agent folder/in\t", "<run><--agent><folder/inner.yaml>"],
    ["a file after =", "run --agent=fol\tin\t", "<run><--agent=folder/inner.yaml>"],
  ])("completes %s", async (_, typed, called) => {
    await using terminal = await shellAt(shell);
    terminal.type(`agent-runner ${typed}\r`);
    await terminal.says(`args${called}.`);
  });

  test("lists what there is", async () => {
    await using terminal = await shellAt(shell);
    terminal.type("agent-runner run --\t\t");
    for (const option of ["--agent", "--secret-env", "--env-file", "--help"]) await terminal.says(option);
  });

  test("completes nothing where anything can be typed", async () => {
    await using terminal = await shellAt(shell);
    terminal.type("agent-runner attach my\t\r");
    await terminal.says("args<attach><my>.");
  });

  test("says nothing if the program cannot complete", async () => {
    await using terminal = await shellAt(shell);
    await Bun.write(join(cwd, "agent-runner"), "#!/bin/sh\necho broken >&2\nexit 1\n");
    await chmod(join(cwd, "agent-runner"), 0o755);
    terminal.type("./agent-runner x\t; echo still'-here'\r");
    await terminal.says("still-here");
    expect(terminal.output().match(/broken/g)).toHaveLength(1);
  });
});
