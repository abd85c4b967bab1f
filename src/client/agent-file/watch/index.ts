/**
 * @module Applies an agent file each time it changes, for `dev --watch`. It never ends because of a file that is wrong.
 */
export { watchAgentFile } from "./watch-agent.ts";
