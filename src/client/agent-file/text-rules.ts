import {
  DOCKER_CONTAINER_NAME,
  DOCKER_IMAGE,
  DOCKER_NETWORK,
  DOCKER_PATH,
  DOCKER_PROTOCOL,
  DOCKER_VARIABLE,
} from "../../shared/docker-names.ts";
import { acceptableName, NAME_RULE, RESERVED_NAME, SUB_AGENT_NAME } from "../../shared/sub-agent-name.ts";
import { SYSTEM_VARIABLE } from "../../shared/variable-name.ts";
import type { TextRule } from "./shape.ts";

const HTTP_URL = /^[Hh][Tt][Tt][Pp][Ss]?:\/\//;

export const NOT_BLANK: TextRule = { pattern: /\S/, problem: "is blank" };

export const SUB_AGENT: TextRule = { pattern: SUB_AGENT_NAME, problem: wrongName };

export const VARIABLE: TextRule = {
  pattern: SYSTEM_VARIABLE,
  problem: "has a name that no environment variable can have",
};

/** Without a user and a password. Whether it can be parsed is for the loader only. */
export const URL_OF_SERVER: TextRule = {
  pattern: new RegExp(`${HTTP_URL.source}[^/?#\\\\@\\s]+([/?#]|$)`),
  problem: (url) =>
    HTTP_URL.test(url) && url.includes("@")
      ? "contains a user name or a password: send them in the header Authorization"
      : "must be a URL that begins with http:// or https://",
  hasVariables: true,
};

/** RFC 9110, 5.6.2. */
export const HEADER: TextRule = {
  pattern: /^[\w!#$%&'*+.^`|~-]+$/,
  problem: "has a name that no HTTP header can have: use letters, digits and hyphens",
};

/** The fields of a server in a container, by their names. */
export const DOCKER = {
  image: {
    pattern: DOCKER_IMAGE,
    problem: "is no name of an image: write a name such as mcp/fetch:latest",
    hasVariables: true,
  },
  network: { pattern: DOCKER_NETWORK, problem: "is no name of a network of Docker", hasVariables: true },
  container_name: {
    pattern: DOCKER_CONTAINER_NAME,
    problem: "is no name of a container: use letters, digits, '_', '.' and '-'",
    hasVariables: true,
  },
} as const satisfies Record<string, TextRule>;

export const DOCKER_VARIABLE_NAME: TextRule = {
  pattern: DOCKER_VARIABLE,
  problem:
    "has a name that a variable of a container cannot have: use letters, digits and underscores. PATH, DOCKER_* and LD_* are read by the docker client itself",
};

export const CONTAINER_PATH: TextRule = {
  pattern: DOCKER_PATH,
  problem: "is no absolute path: write one that begins with /",
  hasVariables: true,
};

export const PROTOCOL: TextRule = { pattern: DOCKER_PROTOCOL, problem: "must be tcp, udp or sctp" };

function wrongName(name: string): string {
  if (name === RESERVED_NAME) return "is reserved: choose another one";
  const example = acceptableName(name);
  return `cannot be used by models: ${NAME_RULE}${example === undefined ? "" : `; call it ${example}, for example`}`;
}
