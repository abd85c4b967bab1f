import { join } from "node:path";

const packages = join(import.meta.dir, "../../node_modules/@modelcontextprotocol");

/** The reference server with tools of every kind, as a program. */
export function everything(name: string) {
  const args = [join(packages, "server-everything/dist/index.js"), "stdio"];
  return { name, serverType: { case: "stdio" as const, value: { command: process.execPath, args } } };
}
