import { expect, test } from "bun:test";
import { loadAdminAddress } from "./index.ts";

const load = (env: Record<string, string>) => loadAdminAddress({ env, envFile: "/dev/null" });

test("the admin server's address is read alone", () => {
  expect(load({ MODE: "cloud" })).toEqual({ host: "127.0.0.1", port: 8790 });
  expect(load({ ADMIN_HOST: "0.0.0.0", ADMIN_PORT: "9000" })).toEqual({ host: "0.0.0.0", port: 9000 });
});

test("a wrong one is refused", () => {
  expect(() => load({ ADMIN_PORT: "many" })).toThrow('ADMIN_PORT "many" is not a whole number');
});
