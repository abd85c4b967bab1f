export type { Credentials } from "./credentials.ts";
export { fixedKey } from "./credentials.ts";
