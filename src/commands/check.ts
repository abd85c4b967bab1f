import { EXIT, type ExitCode } from "../cli/index.ts";
import { checkAgentFile, reportLines } from "../client/agent-file/index.ts";
import { runtimeEnv, safeJson } from "../client/index.ts";
import { checkModel } from "./model-option.ts";
import { type StigmerCommandOptions, stigmerCommand, tell } from "./stigmer-command.ts";

export interface CheckCommandOptions extends StigmerCommandOptions {
  /** The agent file. */
  readonly check: string;
  readonly model?: string;
  readonly plainEnv: readonly string[];
  readonly secretEnv: readonly string[];
  readonly json: boolean;
}

/** `agent-runner run --check FILE`: checks an agent file and shows what its parts lead to. Nothing is run. */
export async function check(options: CheckCommandOptions): Promise<ExitCode> {
  const { check: file, model, plainEnv, secretEnv, env, json } = options;
  return await stigmerCommand(
    options,
    async ({ signal, client }) => {
      checkModel(model);
      const given = Object.entries(runtimeEnv(plainEnv, secretEnv, env)).map(
        ([name, { isSecret }]) => [name, { isSecret, source: isSecret ? "--secret-env" : "--env" }] as const,
      );
      const which = (command: string, path = env["PATH"] ?? "") => Bun.which(command, { PATH: path }) ?? undefined;
      const report = await checkAgentFile(file, {
        reading: { stdin: process.stdin, tell },
        signal,
        client,
        model,
        given: new Map(given),
        which,
      });
      const text = json ? safeJson(report, 2) : reportLines(report).join("\n");
      process.stdout.write(`${text}\n`);
      return report.valid ? EXIT.ok : EXIT.failed;
    },
    () => tell("Interrupted."),
  );
}
