import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { createDeepAgent, createFilesystemMiddleware } from "deepagents";
import type { AgentDefinition } from "../definition/index.ts";
import type { Sandbox } from "../sandbox/index.ts";
import { asMiddleware } from "./as-middleware.ts";
import { cutCalls } from "./conversation/cut-calls.ts";
import { summarization } from "./conversation/summarization.ts";
import { todoList } from "./conversation/todo-list.ts";
import type { CallModel } from "./model/call-model.ts";
import { type AgentRole, promptMaker } from "./prompt/agent-prompt.ts";
import type { SkillSections } from "./prompt/skills-section.ts";
import type { ConnectedServers } from "./servers/connect-servers.ts";
import { usesServers } from "./servers/uses-servers.ts";
import { checkSelections } from "./sub-agents/check-selections.ts";
import { RootMemory } from "./sub-agents/root-memory.ts";
import { subAgentSpecs } from "./sub-agents/specs.ts";
import { type TaskOptions, taskMiddleware } from "./sub-agents/task-middleware.ts";
import { SandboxBackend } from "./tools/backend.ts";
import { loopGuard } from "./tools/loop-guard.ts";
import { toolMiddleware } from "./tools/tool-middleware.ts";
import { wholeResults } from "./tools/whole-results.ts";
import { turnMiddleware } from "./turns/turn-middleware.ts";
import type { Budget } from "./usage/budget.ts";

interface AgentOptions extends TaskOptions {
  readonly executionId: string;
  readonly definition: AgentDefinition;
  readonly model: BaseChatModel;
  /** The model that is used now: another one may have taken over. */
  readonly activeModel: () => BaseChatModel;
  /** Makes each call of the model. */
  readonly callModel: CallModel;
  readonly budget: Budget;
  /** Maximum length of an answer, in tokens. */
  readonly maxTokens: number;
  readonly sandbox: Sandbox;
  readonly checkpointer: BaseCheckpointSaver;
  readonly keepResultsAbove: number;
  /** Whether the model that is used now can only receive text. */
  readonly textOnly: () => boolean;
  /** Absent if the agent has no MCP servers. */
  readonly servers?: ConnectedServers | undefined;
  readonly skills: SkillSections;
  readonly onCall: (node: string, callId: string) => void;
}

/**
 * Builds an agent and its sub-agents from the parts of the agent library.
 * @throws AgentError if a sub-agent selects a tool that its server does not have
 */
export function buildAgent(options: AgentOptions) {
  const { executionId, definition, model, callModel, sandbox, signal, servers } = options;
  checkSelections(definition, servers?.mcp.tools ?? new Map());
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
    onCall: options.onCall,
  });
  const promptOf = promptMaker({
    root: sandbox.root,
    variables: Object.keys(definition.environment.values),
    skills: options.skills,
    serverInstructions: servers?.mcp.instructions ?? [],
    unavailable: servers?.mcp.unavailable ?? [],
  });
  const specs = subAgentSpecs(definition);
  const subAgentNames = specs.map(({ name }) => name);
  const { budget, maxTokens, activeModel } = options;
  const { fit: fitPrompt } = options.skills;
  const keepWhole = wholeResults(sandbox, executionId);
  const summaries = summarization({ backend, callModel, activeModel, keepWhole, fitPrompt });
  const issued = new Set<string>();
  /** What depends on the role of an agent. */
  const ownParts = (role: AgentRole) => {
    const { hiddenTools, ...used } = usesServers(servers, summaries, role.servers);
    return {
      ...used,
      systemPrompt: promptOf(role),
      turns: turnMiddleware({
        callModel,
        budget,
        maxTokens,
        subAgents: subAgentNames,
        hiddenTools,
        issued,
        fitPrompt,
      }),
    };
  };
  const subAgents = specs.map((spec) => {
    const own = ownParts(spec);
    return {
      name: spec.name,
      description: spec.description,
      systemPrompt: own.systemPrompt,
      tools: own.tools,
      // The library would give it its own, but without the tool middleware a failing tool would end the whole run.
      middleware: [files, own.summaries, tools, ...own.following, loopGuard(), own.turns],
    };
  });
  const own = ownParts(definition);
  const memory = new RootMemory(options.checkpointer);
  const conversation = [cutCalls(() => memory.finishedCalls), todoList()];
  const ofMain = [files, own.summaries, ...conversation, tools, ...own.following, taskMiddleware(options), loopGuard()];
  return createDeepAgent({
    systemPrompt: own.systemPrompt,
    tools: own.tools,
    model,
    backend,
    checkpointer: memory,
    middleware: [...ofMain, own.turns],
    subagents: subAgents,
  });
}

function executeDescription(root: string): string {
  return [
    `Runs a shell command in ${root} and returns its output (standard output and standard error) and its exit code.`,
    "Standard input is closed: use flags that keep programs from asking.",
    "A command that takes too long is stopped with exit code 124. Start servers in the background with `&` and their output in a file; they run until the end of this task.",
    "Prefer the tools grep, glob and read_file for searching and reading.",
  ].join(" ");
}
