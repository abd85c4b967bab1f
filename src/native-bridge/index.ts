/**
 * Gets Temporal's native bridge, a shared library, from the compiled program into the process. The program contains it
 * compressed. It is unpacked once, into the first directory that works, and its SHA-256 is checked before it is loaded. Used
 * by `runner/` and by `dev`, before Temporal's runtime is installed. Nothing is read or unpacked until then, so the light
 * commands pay nothing.
 *
 * `bun run src/main.ts` has no embedded bridge: there the SDK loads the file of its own package.
 *
 * @module
 */
export { loadNativeBridge } from "./load-native-bridge.ts";
