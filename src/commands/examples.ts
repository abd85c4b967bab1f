import type { Command } from "commander";

/** A command line, and what it is for. */
export interface Example {
  readonly line: string;
  readonly about: string;
}

const example = (line: string, about: string): Example => ({ line, about });

/** Examples by command, which `--help` and the manual page show. Each command has some; `""` is the program itself. */
const EXAMPLES: ReadonlyMap<string, readonly Example[]> = new Map([
  [
    "",
    [
      example("agent-runner dev", "everything on this machine, to try it out"),
      example("agent-runner --env-file runner.env start", "run agents, with settings from a file"),
    ],
  ],
  [
    "start",
    [
      example("agent-runner start", "with settings from the environment and .env"),
      example("MODE=local agent-runner start", "beside a Stigmer daemon and a Temporal that run here already"),
      example("agent-runner --default LOG_FORMAT=json start", "JSON unless LOG_FORMAT says something else"),
    ],
  ],
  [
    "dev",
    [
      example("agent-runner dev", "with Ollama, or asks for a key"),
      example("agent-runner dev --watch poet.yaml", "applies an agent each time its file changes"),
      example(
        "STIGMER_LLM_PROVIDER=scripted STIGMER_LLM_SCRIPT=haiku.yaml agent-runner dev",
        "a file plays the model: no key, no download",
      ),
    ],
  ],
  [
    "run",
    [
      example('agent-runner run "Write a haiku about Temporal into haiku.txt"', "the default agent"),
      example('agent-runner run --agent poet.yaml "Write about the sea"', "an agent from a file"),
      example(
        'agent-runner run --session ses-01h455vb4pex5vsknk084sn02q "Now about the desert"',
        "with the same memory and files",
      ),
      example("agent-runner run - < task.txt", "a long message"),
      example('agent-runner run --secret-env GITHUB_TOKEN "Open an issue"', "a secret from this environment"),
      example("agent-runner run --check poet.yaml", "what a file leads to, and what is wrong with it"),
    ],
  ],
  [
    "attach",
    [
      example("agent-runner attach aex-01h455vb4pex5vsknk084sn02q", "from its beginning to its end"),
      example("agent-runner attach --json aex-01h455vb4pex5vsknk084sn02q", "one JSON object per update"),
    ],
  ],
  [
    "status",
    [
      example("agent-runner status", "what is wrong here, and what to do"),
      example("agent-runner status --url http://10.0.0.5:8790", "of another runner"),
    ],
  ],
  [
    "executions",
    [
      example("agent-runner executions --watch", "what runs, as it changes"),
      example("agent-runner executions aex-01h455vb4pex5vsknk084sn02q", "all that is known of one"),
      example("agent-runner executions --json", "for scripts"),
    ],
  ],
  [
    "cancel",
    [
      example("agent-runner cancel aex-01h455vb4pex5vsknk084sn02q", "ends it as cancelled"),
      example("agent-runner cancel --url http://10.0.0.5:8790 aex-01h455vb4pex5vsknk084sn02q", "at that runner"),
    ],
  ],
  [
    "drain",
    [
      example("agent-runner drain --wait", "until what runs has finished and the runner has left"),
      example("agent-runner drain --cancel", "end what runs as cancelled"),
    ],
  ],
  [
    "log-level",
    [
      example("agent-runner log-level", "what is logged at the moment"),
      example("agent-runner log-level debug --for 10m", "everything for ten minutes, then as before"),
      example("agent-runner log-level info --url http://10.0.0.5:8790", "at another runner, until it ends"),
    ],
  ],
  [
    "list",
    [
      example("agent-runner list --limit 5", "the newest five"),
      example("agent-runner list --session ses-01h455vb4pex5vsknk084sn02q --json", "those of a session, for scripts"),
    ],
  ],
  [
    "config",
    [
      example("agent-runner config", "every setting and where it comes from; 3 if something is wrong"),
      example("agent-runner --env-file runner.env config --json", "the same of a file, for scripts"),
    ],
  ],
  [
    "doctor",
    [
      example("agent-runner doctor", "what is missing here, and what to do about it"),
      example("kubectl exec deploy/agent-runner -- agent-runner doctor", "in a pod, beside the runner"),
      example("agent-runner --env-file runner.env doctor --json", "with settings from a file, for scripts"),
    ],
  ],
  [
    "health",
    [
      example("agent-runner health", "0 if it accepts executions"),
      example("agent-runner health --live --url http://10.0.0.5:8790", "whether another one is alive"),
    ],
  ],
  [
    "completion",
    [
      example("source <(agent-runner completion bash)", "bash: as a line of ~/.bashrc"),
      example("source <(agent-runner completion zsh)", "zsh: as a line of ~/.zshrc, after compinit"),
      example("agent-runner completion fish > ~/.config/fish/completions/agent-runner.fish", "fish: once"),
    ],
  ],
  ["version", [example("agent-runner version", "with the commit it was built from")]],
]);

/** @param path the command's names after the program's, separated by spaces */
export function examplesOf(path: string): readonly Example[] {
  return EXAMPLES.get(path) ?? [];
}

/** Adds the examples of a command, and of those in it, to their help. */
export function addExamples(command: Command, path = ""): void {
  const examples = examplesOf(path);
  if (examples.length > 0) {
    const text = examples.map(({ line, about }) => `  # ${about}\n  $ ${line}`).join("\n\n");
    command.addHelpText("after", `\nExamples:\n${text}`);
  }
  for (const inner of command.commands) addExamples(inner, path === "" ? inner.name() : `${path} ${inner.name()}`);
}
