/**
 * How the runner authenticates at the Stigmer backend: here the interface and the fixed key of local mode. Used by the
 * platforms. It never verifies anything: see `verified/` for the key of cloud mode.
 * @module
 */

export { fixedKey } from "./credentials.ts";
