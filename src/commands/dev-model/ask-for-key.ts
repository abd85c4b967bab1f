import { printError } from "../../cli/index.ts";
import { KEYED, type KeyedProvider } from "../../providers/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { printable } from "../../shared/printable.ts";
import { ask } from "./prompt.ts";
import { checkKey, type KeyCheck, keyProblem, providerOf } from "./provider-keys.ts";
import { keysFile, saveKey } from "./saved-keys.ts";

const ATTEMPTS = 3;

/** A key that a user typed; `interrupted` after Ctrl-C, `none` to go on without. */
export type AskedKey = { readonly provider: KeyedProvider; readonly key: string } | "interrupted" | "none";

export interface AskOptions {
  readonly dataDir: string;
  /** Another address of the provider. */
  readonly baseUrl: string | undefined;
  readonly signal: AbortSignal;
}

const say = (text: string) => printError(`${printable(text)}\n`);

/** Asks for a key, checks it, and keeps it in a file if the user wants that. */
export async function askForKey({ dataDir, baseUrl, signal }: AskOptions): Promise<AskedKey> {
  const asked = await askUntilUsable(baseUrl, signal);
  if (asked === "none" && !signal.aborted) say("Going on without a model: executions fail until there is one.");
  if (typeof asked === "string") return asked;
  const file = keysFile(dataDir);
  const typed = await ask(
    `Keep it for the next \`dev\`, in ${printable(file)}, which only you can read? [y/N] `,
    false,
    signal,
  );
  if (typed.kind === "interrupted") return "interrupted";
  if (typed.kind === "line" && /^y(es)?$/i.test(typed.text)) keep(file, dataDir, asked.provider, asked.key);
  return asked;
}

async function askUntilUsable(baseUrl: string | undefined, signal: AbortSignal): Promise<AskedKey> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const typed = await ask("API key of Anthropic or OpenAI (not shown; Enter goes on without): ", true, signal);
    if (typed.kind === "interrupted") return "interrupted";
    if (typed.kind === "ended" || typed.text === "") return "none";
    const problem = keyProblem(typed.text);
    const provider = problem === undefined ? (providerOf(typed.text) ?? (await askProvider(signal))) : undefined;
    if (provider === "interrupted" || provider === "none") return provider;
    if (provider !== undefined && (await isUsable(provider, typed.text, baseUrl, signal))) {
      return signal.aborted ? "none" : { provider, key: typed.text };
    }
    if (problem !== undefined) say(`That is no API key: ${problem}`);
  }
  return "none";
}

async function askProvider(signal: AbortSignal): Promise<KeyedProvider | "interrupted" | "none"> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const typed = await ask("Whose key is it? 1: Anthropic, 2: OpenAI. ", false, signal);
    if (typed.kind === "interrupted") return "interrupted";
    if (typed.kind === "ended") return "none";
    const answer = typed.text.toLowerCase();
    if (answer === "1" || answer === "anthropic") return "anthropic";
    if (answer === "2" || answer === "openai") return "openai";
  }
  return "none";
}

async function isUsable(
  provider: KeyedProvider,
  key: string,
  baseUrl: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const { name } = KEYED[provider];
  const check = await checkAt(provider, key, baseUrl, signal);
  switch (check.outcome) {
    case "accepted":
      say(`${name} accepts the key.`);
      break;
    case "refused":
      say(`${name} refuses this key.`);
      break;
    case "unknown":
      say(`Whether ${name} accepts the key is not known: ${check.why}. It is used.`);
  }
  return check.outcome !== "refused";
}

async function checkAt(
  provider: KeyedProvider,
  key: string,
  baseUrl: string | undefined,
  signal: AbortSignal,
): Promise<KeyCheck> {
  // An address without a path may be that of Ollama, which a key is no business of.
  if (baseUrl !== undefined && new URL(baseUrl).pathname === "/")
    return { outcome: "unknown", why: "STIGMER_LLM_BASE_URL names another server" };
  say(`Asking ${KEYED[provider].name} for its list of models, which costs nothing …`);
  return await checkKey(provider, key, baseUrl, signal);
}

function keep(file: string, dataDir: string, provider: KeyedProvider, key: string): void {
  try {
    saveKey(file, dataDir, provider, key);
    say(`The key is in ${file}. To forget it, remove the file. Commands of agents run as you here, and could read it.`);
  } catch (error) {
    say(`The key could not be stored in ${file}: ${messageOf(error)}. This \`dev\` uses it nevertheless.`);
  }
}
