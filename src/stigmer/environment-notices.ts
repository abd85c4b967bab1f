import { firstNames } from "../shared/text.ts";
import { isCommandVariable } from "../shared/variable-name.ts";
import type { JoinedLayers, MissingVariable } from "./environment.ts";

/** Variables that a notice names. */
const MAX_NAMED = 20;
/** Longest name and longest description that a notice shows, in characters. */
const MAX_NAME_LENGTH = 100;
const MAX_DESCRIPTION_LENGTH = 80;

/** What the user should know about the variables of an execution, in whole sentences. */
export function environmentNotices({ environment, missing, hidden }: JoinedLayers): string[] {
  const { values } = environment;
  const has = (name: string) => Object.hasOwn(values, name);
  const unusable = Object.keys(values).filter((name) => !isCommandVariable(name));
  const older = hidden.filter(has);
  const none = hidden.filter((name) => !has(name));
  const notices: string[] = [];
  if (missing.length > 0)
    notices.push(
      `The agent declares variables that have no value: ${listed(missing.map(described))}. Set them with the message, or in an environment of the agent's instance.`,
    );
  if (none.length > 0)
    notices.push(
      `These secrets are empty, or Stigmer does not show them to the runner: ${listed(none.map(shown))}. The agent works without them. Set them with the message or where they are declared, or let the runner's API key read them.`,
    );
  if (older.length > 0)
    notices.push(
      `Stigmer does not show the newest values of these secrets to the runner, and the agent works with the values that they have elsewhere: ${listed(older.map(shown))}. Set them with the message, or let the runner's API key read them.`,
    );
  if (unusable.length > 0)
    notices.push(
      `Commands of the agent do not see these variables: ${listed(unusable.map(shown))}. A name has letters, digits and underscores, does not begin with a digit, and is none that belongs to the shell, such as UID. Rename them.`,
    );
  return notices;
}

function described({ name, description }: MissingVariable): string {
  const text = description.replace(/\s+/g, " ").trim();
  return text === "" || text.length > MAX_DESCRIPTION_LENGTH ? shown(name) : `${shown(name)} (${text})`;
}

/** A name as it is, or quoted if it is none that anybody would expect. */
function shown(name: string): string {
  const short = name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}…` : name;
  return /^[\w.-]+…?$/.test(short) ? short : JSON.stringify(short);
}

function listed(names: readonly string[]): string {
  return firstNames(names, MAX_NAMED);
}
