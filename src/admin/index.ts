export type { AdminDeps, Check } from "./admin-app.ts";
export { adminApp } from "./admin-app.ts";
export type { AdminServer } from "./admin-server.ts";
export { serveAdmin } from "./admin-server.ts";
