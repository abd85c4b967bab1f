import { describeSettings } from "../../src/config/index.ts";

/** All settings as a Markdown table. */
export function settingTable(): string {
  const rows = describeSettings().map(({ variable, modes, infos }) => {
    const names = [variable, ...(infos[0]?.aliases ?? [])].map((name) => `\`${name}\``).join(" or ");
    const only = modes.length === 2 ? "" : ` (${modes[0]} only)`;
    const defaults = infos.map((info) =>
      info.remedy === undefined ? (info.defaultNote ?? code(info.default)) : "required",
    );
    const secret = infos[0]?.public === false ? " Secret." : "";
    return `| ${names}${only} | ${sameOrByMode(defaults)} | ${infos[0]?.description}${secret} |`;
  });
  return [
    "| variable | default | what it is |",
    "|---|---|---|",
    "| `MODE` | `cloud` | `cloud` or `local`. |",
    ...rows,
  ].join("\n");
}

/** @param defaults that of cloud mode, then that of local mode; a single one if the setting is of one mode only */
function sameOrByMode(defaults: readonly string[]): string {
  const [cloud = "", local = cloud] = defaults;
  if (cloud === local) return cloud;
  return `cloud: ${cloud || "none"}; local: ${local || "none"}`;
}

function code(value: string | undefined): string {
  return value === undefined ? "" : `\`${value}\``;
}
