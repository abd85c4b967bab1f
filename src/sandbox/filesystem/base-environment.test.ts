import { describe, expect, test } from "bun:test";
import { tmpdir, userInfo } from "node:os";
import { baseEnvironment } from "./base-environment.ts";

describe("the environment of commands", () => {
  test("contains what programs need", () => {
    const env = { PATH: "/bin", HOME: "/home/me", LANG: "de_DE.UTF-8", TZ: "Europe/Berlin", TMPDIR: "/scratch" };
    expect(baseEnvironment(env)).toMatchObject(env);
  });

  test("says which container engine the user has chosen", () => {
    const env = { DOCKER_HOST: "unix:///run/user/1000/docker.sock", DOCKER_CONTEXT: "rootless" };
    expect(baseEnvironment(env)).toMatchObject(env);
  });

  test("has defaults for missing and empty variables", () => {
    const base = baseEnvironment({ PATH: "", HOME: undefined });
    expect(base["PATH"]).toContain("/usr/bin");
    expect(base).toMatchObject({ HOME: userInfo().homedir, LANG: "C.UTF-8", TMPDIR: tmpdir() });
  });

  test("contains no other variables of the runner, such as keys", () => {
    const own = {
      STIGMER_API_KEY: "sk-1",
      STIGMER_LLM_API_KEY: "sk-2",
      ANTHROPIC_API_KEY: "sk-3",
      TEMPORAL_API_KEY: "sk-4",
      REDIS_PASSWORD: "sk-5",
      AWS_SECRET_ACCESS_KEY: "sk-6",
      GITHUB_TOKEN: "sk-7",
      LD_PRELOAD: "/evil.so",
      BASH_ENV: "/evil.sh",
      SOMETHING_NEW: "sk-8",
    };
    const base = baseEnvironment({ PATH: "/bin", ...own });
    for (const name of Object.keys(own)) expect(Object.keys(base)).not.toContain(name);
    expect(JSON.stringify(base)).not.toContain("sk-");
  });

  test("disables colors, pagers and prompts for any terminal of the runner", () => {
    expect(baseEnvironment({ TERM: "xterm-256color" })).toMatchObject({
      TERM: "dumb",
      NO_COLOR: "1",
      PAGER: "cat",
      GIT_TERMINAL_PROMPT: "0",
    });
  });
});
