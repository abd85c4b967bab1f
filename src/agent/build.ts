import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { createDeepAgent, createFilesystemMiddleware, GENERAL_PURPOSE_SUBAGENT } from "deepagents";
import { type AgentMiddleware, todoListMiddleware } from "langchain";
import type { AgentDefinition } from "../definition/index.ts";
import type { Sandbox } from "../sandbox/index.ts";
import { asMiddleware } from "./as-middleware.ts";
import { SandboxBackend } from "./backend.ts";
import { loopGuard } from "./loop-guard.ts";
import type { CallModel } from "./model/call-model.ts";
import { systemPrompt } from "./prompt.ts";
import { summarization } from "./summarization.ts";
import { toolMiddleware } from "./tool-middleware.ts";
import { turnMiddleware } from "./turns/turn-middleware.ts";

interface AgentOptions {
  readonly executionId: string;
  readonly definition: AgentDefinition;
  readonly model: BaseChatModel;
  /** Makes each call of the model. */
  readonly callModel: CallModel;
  /** Maximum length of an answer, in tokens. */
  readonly maxTokens: number;
  readonly sandbox: Sandbox;
  readonly checkpointer: BaseCheckpointSaver;
  readonly keepResultsAbove: number;
  /** Whether the model can only receive text. */
  readonly textOnly: boolean;
  readonly signal: AbortSignal;
  readonly onCall: (node: string, callId: string) => void;
}

/** Builds an agent from the parts of the agent library. */
export function buildAgent(options: AgentOptions) {
  const { executionId, definition, model, callModel, maxTokens, sandbox, checkpointer, signal, onCall } = options;
  const backend = new SandboxBackend(sandbox, signal);
  // The tool middleware keeps long results instead: it knows the real paths of the sandbox.
  const files = asMiddleware(
    createFilesystemMiddleware({
      backend,
      toolTokenLimitBeforeEvict: null,
      customToolDescriptions: { execute: executeDescription(sandbox.root) },
    }),
  );
  const tools = toolMiddleware({
    sandbox,
    executionId,
    keepAbove: options.keepResultsAbove,
    textOnly: options.textOnly,
    signal,
    onCall,
  });
  const turns = turnMiddleware({ callModel, maxTokens, subAgents: [GENERAL_PURPOSE_SUBAGENT.name] });
  const summaries = summarization(backend, callModel);
  return createDeepAgent({
    model,
    backend,
    checkpointer,
    systemPrompt: systemPrompt({
      instructions: definition.instructions,
      root: sandbox.root,
      variables: Object.keys(definition.environment.values),
    }),
    middleware: [files, summaries, todoList(), tools, loopGuard(), turns],
    // The library would add this one itself, but without the tool middleware: a failing tool would end the whole run.
    subagents: [{ ...GENERAL_PURPOSE_SUBAGENT, middleware: [files, summaries, tools, loopGuard(), turns] }],
  });
}

/** Without the library's check for parallel calls, which ends the run: turns/rejections.ts answers them with an error. */
function todoList(): AgentMiddleware {
  const { afterModel: _, ...rest } = todoListMiddleware();
  return asMiddleware(rest);
}

function executeDescription(root: string): string {
  return [
    `Runs a shell command in ${root} and returns its output (standard output and standard error) and its exit code.`,
    "Standard input is closed: use flags that keep programs from asking.",
    "A command that takes too long is stopped with exit code 124. Start servers in the background with `&` and their output in a file; they run until the end of this task.",
    "Prefer the tools grep, glob and read_file for searching and reading.",
  ].join(" ");
}
