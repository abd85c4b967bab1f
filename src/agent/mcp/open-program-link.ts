import { ProtocolError, SdkError, SdkErrorCode } from "@modelcontextprotocol/client";
import { SandboxError } from "../../sandbox/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { plainText } from "../../shared/plain-text.ts";
import { connectClient, type Era } from "./client.ts";
import { ConnectError } from "./connect-error.ts";
import { dockerProgram } from "./docker-program.ts";
import { isModernAnswer } from "./era.ts";
import type { Attempt, Link, LinkDeps } from "./link.ts";
import { ProgramTransport } from "./program-transport.ts";
import type { DockerServer, ResolvedServer, StdioServer } from "./resolved-server.ts";

const NO_DOCKER =
  "Use a server of type stdio or http instead, or a sandbox in which docker is installed and its engine can be reached.";
/** What the docker client says if it cannot reach its engine. */
const NO_ENGINE = /cannot connect to the docker daemon|is the docker daemon running|docker daemon socket|dial unix/i;

/** Starts a server as a program of the sandbox, and connects to it. @throws ConnectError */
export async function openProgramLink(
  { server }: ResolvedServer<StdioServer | DockerServer>,
  deps: LinkDeps,
  attempt: Attempt,
): Promise<Link> {
  const connect = async (era: Era) => await connectOnce(server, era, deps, attempt);
  try {
    return await connect("initialize").catch(async (error: unknown) => {
      if (!isModernAnswer(error)) throw error;
      return await connect("2026-07-28");
    });
  } catch (error) {
    throw explain(error, server);
  }
}

async function connectOnce(
  server: StdioServer | DockerServer,
  era: Era,
  deps: LinkDeps,
  { signal, limitMs, opened }: Attempt,
): Promise<Link> {
  const { sandbox, log } = deps;
  const request = server.kind === "docker" ? dockerProgram(server, sandbox.root) : server;
  const { command, args, env, workingDirectory } = request;
  const cleanup = "cleanup" in request ? request.cleanup : undefined;
  // Its connection outlives the attempt: so the signal of the attempt must not stop it later.
  const program = await sandbox.startProgram(
    { command, args, env, workingDirectory, cleanup },
    new AbortController().signal,
  );
  const transport = new ProgramTransport(program, log);
  opened.defer(() => transport.close());
  try {
    const client = await connectClient(transport, era, { ...deps, root: sandbox.root }, { signal, timeout: limitMs });
    return { client, endReason: () => transport.endReason, close: () => client.close().catch(() => transport.close()) };
  } catch (error) {
    await transport.close();
    throw transport.endReason === undefined ? error : new ConnectError(transport.endReason, error);
  }
}

function explain(error: unknown, server: StdioServer | DockerServer): ConnectError {
  const isDocker = server.kind === "docker";
  if (error instanceof ConnectError) {
    if (isDocker && NO_ENGINE.test(error.message)) return new ConnectError(error.message, error, [NO_DOCKER]);
    return error;
  }
  if (error instanceof SandboxError) {
    if (isDocker && (error.code === "not-found" || error.code === "unsupported"))
      return new ConnectError(
        error.code === "not-found" ? "The sandbox has no program docker." : error.message,
        error,
        [NO_DOCKER],
      );
    return new ConnectError(error.message, error, error.remedies);
  }
  if (error instanceof ProtocolError)
    return new ConnectError(`It refused the connection: ${plainText(error.message)}`, error);
  if (error instanceof SdkError && error.code === SdkErrorCode.InvalidResult)
    return new ConnectError("Its answer to the request initialize is not valid.", error);
  return new ConnectError(`The connection failed: ${plainText(messageOf(error))}`, error);
}
