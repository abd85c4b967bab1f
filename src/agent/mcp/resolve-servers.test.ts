// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of variables
import { describe, expect, test } from "bun:test";
import type { McpServer } from "../../definition/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { resolveServers } from "./resolve-servers.ts";

const values = { TOKEN: "s3cret", HOST: "example.com", ODD: "$& $1 ${HOST}", LINES: "a\nb" };
const stdio: McpServer = {
  kind: "stdio",
  name: "s",
  command: "run",
  args: [],
  env: {},
  workingDirectory: "",
  enabledTools: [],
};
const http: McpServer = {
  kind: "http",
  name: "h",
  url: "https://x/",
  headers: {},
  query: {},
  timeoutMs: 1,
  enabledTools: [],
};
const docker: McpServer = {
  kind: "docker",
  name: "d",
  image: "mcp/fetch",
  args: [],
  env: {},
  volumes: [],
  network: "",
  ports: [],
  containerName: "",
  enabledTools: [],
};

function resolve(mcpServers: readonly McpServer[]) {
  return resolveServers({ mcpServers, environment: { values, secretNames: ["TOKEN"] } });
}

function problem(...servers: McpServer[]): string {
  try {
    resolve(servers);
  } catch (error) {
    return messageOf(error);
  }
  return "none";
}

describe("the definition of a server", () => {
  test("gets the values of variables in all its texts, as they are", () => {
    const [first] = resolve([
      {
        ...stdio,
        command: "${HOST}",
        args: ["--t=${TOKEN}-${HOST}", "${ODD}"],
        env: { A: "${TOKEN}" },
        workingDirectory: "${HOST}",
      },
    ]);
    expect(first?.server).toMatchObject({
      command: "example.com",
      args: ["--t=s3cret-example.com", values.ODD],
      env: { A: "s3cret" },
      workingDirectory: "example.com",
    });
    const [second] = resolve([
      { ...http, url: "https://${HOST}/mcp", headers: { Authorization: "Bearer ${TOKEN}" }, query: { q: "${HOST}" } },
    ]);
    expect(second?.server).toMatchObject({
      url: "https://example.com/mcp",
      headers: { Authorization: "Bearer s3cret" },
      query: { q: "example.com" },
    });
    const volumes = [{ hostPath: "${HOST}", containerPath: "/${HOST}", readOnly: true }];
    const [third] = resolve([{ ...docker, image: "${HOST}/x", network: "${HOST}", volumes, containerName: "${HOST}" }]);
    expect(third?.server).toMatchObject({
      image: "example.com/x",
      network: "example.com",
      volumes: [{ hostPath: "example.com", containerPath: "/example.com", readOnly: true }],
      containerName: "example.com",
    });
  });

  test("may contain other uses of the dollar sign", () => {
    const args = ["$HOST", "${HOST:-x}", "${}", "$${HOST}"];
    expect(resolve([{ ...stdio, args }])[0]?.server).toMatchObject({
      args: ["$HOST", "${HOST:-x}", "${}", "$example.com"],
    });
  });

  test("names the server, the field and the variable that is missing, all of them at once", () => {
    const text = problem(
      { ...stdio, args: ["x", "${NONE}"], env: { A: "${toString}" } },
      { ...http, headers: { Key: "${NONE}" } },
    );
    expect(text.split("\n")).toEqual([
      "The MCP server \"s\" needs the variable NONE for its field args[1], and the execution has no such variable. Set NONE in the agent's env_spec, in an environment of the agent instance, or in the execution's runtime_env (`run --env NONE=value`, or `--secret-env NONE`).",
      expect.stringContaining("needs the variable toString for its field env_placeholders.A"),
      expect.stringContaining('"h" needs the variable NONE for its field headers.Key'),
    ]);
  });

  test.each<[string, McpServer]>([
    ['"h" cannot be used: its field url is "ftp://x", which is no http or https URL', { ...http, url: "ftp://x" }],
    ['its field url is "${TOKEN}", which is no http', { ...http, url: "${TOKEN}" }],
    ["contains a user name or a password", { ...http, url: "https://a:b@x/" }],
    ["its field headers.K is no valid HTTP header", { ...http, headers: { K: "${LINES}" } }],
    ["its field command is empty", { ...stdio, command: " " }],
    ["its field args[0] contains a NUL character", { ...stdio, args: ["a\0"] }],
    ["its field image is no name of an image", { ...docker, image: "--privileged" }],
    ["its field network is no name of a network", { ...docker, network: "host --privileged" }],
    ["its field container_name", { ...docker, containerName: "-x" }],
    ["env_placeholders.DOCKER_HOST is a variable of the docker client", { ...docker, env: { DOCKER_HOST: "x" } }],
    [
      "volumes[0].container_path is no absolute path",
      { ...docker, volumes: [{ hostPath: "a", containerPath: "b", readOnly: false }] },
    ],
    ["ports[0].host_port is not", { ...docker, ports: [{ host: -1, container: 80, protocol: "" }] }],
    ["ports[0].container_port is not", { ...docker, ports: [{ host: 0, container: 0, protocol: "" }] }],
    ["ports[0].protocol is none of", { ...docker, ports: [{ host: 1, container: 80, protocol: "quic" }] }],
    ['"u" has no type that this version', { kind: "unknown", name: "u", enabledTools: [] }],
    ["has no name", { ...stdio, name: "" }],
  ])("is refused: %s", (text, server) => {
    expect(problem(server)).toContain(text);
    expect(problem(server)).not.toContain("s3cret");
  });

  test("needs a name of its own", () => {
    expect(problem(stdio, { ...http, name: "s" })).toContain('2 MCP servers of the agent have the name "s"');
  });

  test("is one of at most 64", () => {
    const many = Array.from({ length: 65 }, (_, index) => ({ ...stdio, name: `s${index}` }));
    expect(problem(...many)).toContain("has 65 MCP servers, and at most 64 are allowed");
  });
});
