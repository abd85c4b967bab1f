import type { EmbeddedBridge } from "./embedded.ts";

/** The file name of the unpacked bridge, made from its content, so that versions lie side by side. */
export function bridgeName({ sha256 }: EmbeddedBridge): string {
  return `temporal-bridge-${sha256}.node`;
}

/** Names that {@link bridgeName} makes, of any version. */
export const BRIDGE_NAME = /^temporal-bridge-[0-9a-f]{64}\.node$/;
