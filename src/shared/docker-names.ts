import { COMMAND_VARIABLE } from "./variable-name.ts";

/** What `docker run` accepts. What begins with a hyphen would be one of its options. */

export const DOCKER_IMAGE: RegExp = /^(\w|\[)\S*$/;
export const DOCKER_NETWORK: RegExp = /^\w[\w.:-]*$/;
export const DOCKER_CONTAINER_NAME: RegExp = /^[A-Za-z0-9][\w.-]+$/;
/** In small or large letters, or empty. */
export const DOCKER_PROTOCOL: RegExp = /^([Tt][Cc][Pp]|[Uu][Dd][Pp]|[Ss][Cc][Tt][Pp]|)$/;
/** A path in a container. */
export const DOCKER_PATH: RegExp = /^\//;

/** The program `docker` reads these itself: they cannot have other values for the container. */
export const DOCKER_CLIENT_VARIABLE: RegExp = /^(PATH|DOCKER_.*|LD_.*)$/;
/** Variables that a container can have. */
export const DOCKER_VARIABLE: RegExp = new RegExp(`(?!${DOCKER_CLIENT_VARIABLE.source})${COMMAND_VARIABLE.source}`);

/** With 0, the engine chooses one. */
export const DOCKER_HOST_PORTS = { min: 0, max: 65_535 } as const;
export const DOCKER_PORTS = { min: 1, max: 65_535 } as const;
