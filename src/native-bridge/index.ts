/**
 * Gets Temporal's native bridge, a shared library, from the compiled program into the process. The program contains it
 * compressed. It is unpacked once, into the first directory that works, and its SHA-256 is checked before it is loaded. A
 * thread does this, while the main thread loads the rest of the program. Used by `start`, `dev` and `runner/`, before
 * Temporal's runtime is installed, and by `doctor`, which unpacks it in memory only. Other commands read and unpack nothing.
 *
 * `bun run src/main.ts` has no embedded bridge: there the SDK loads the file of its own package.
 *
 * @module
 */
export { loadNativeBridge } from "./load-native-bridge.ts";
export { NativeBridgeError } from "./native-bridge-error.ts";
export { type BridgeTrial, tryBridge } from "./try-bridge.ts";
