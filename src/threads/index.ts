export type { ThreadStore } from "./thread-store.ts";
