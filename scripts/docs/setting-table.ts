import { listSettings, type Setting } from "../../src/config/index.ts";

/** All settings as a Markdown table. */
export function settingTable(): string {
  const rows = listSettings().map(({ names, modes, declarations }) => {
    const allNames = names.map((name) => `\`${name}\``).join(" or ");
    const only = modes.length === 2 ? "" : ` (${modes[0]} only)`;
    return `| ${allNames}${only} | ${sameOrByMode(declarations.map(defaultOf))} | ${descriptionOf(declarations[0])} |`;
  });
  return ["| variable | default | what it is |", "|---|---|---|", ...rows].join("\n");
}

function descriptionOf(declaration: Setting | undefined): string {
  if (declaration === undefined) return "";
  const { description, secret, noEffect } = declaration;
  return [description, secret ? "Secret." : "", noEffect === undefined ? "" : `**No effect**: ${noEffect}.`]
    .filter((sentence) => sentence !== "")
    .join(" ");
}

function defaultOf({ required, defaultNote, default: value }: Setting): string {
  if (required !== undefined) return "required";
  return defaultNote ?? (value === undefined ? "" : `\`${value}\``);
}

/** @param defaults that of cloud mode, then that of local mode; a single one if the setting exists in one mode only */
function sameOrByMode(defaults: readonly string[]): string {
  const [cloud = "", local = cloud] = defaults;
  if (cloud === local) return cloud;
  return `cloud: ${cloud || "none"}; local: ${local || "none"}`;
}
