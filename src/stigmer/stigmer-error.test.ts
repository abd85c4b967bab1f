import { describe, expect, test } from "bun:test";
import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type { ConnectionFailureCode } from "../shared/connection-failure.ts";
import { fromServiceError, type StigmerErrorCode } from "./stigmer-error.ts";

function serviceError(code: status, details: string): ServiceError {
  return Object.assign(new Error(`${code}: ${details}`), { code, details, metadata: new Metadata() });
}

const explained = (code: status, details = "the details") =>
  fromServiceError(serviceError(code, details), "AgentQueryController.get", "localhost:7234");

describe("an error of a call", () => {
  test("names the call and the address, and keeps its cause", () => {
    const cause = serviceError(status.NOT_FOUND, "there is no agent agt-1");
    const error = fromServiceError(cause, "AgentQueryController.get", "localhost:7234");
    expect(error.message).toBe("AgentQueryController.get at localhost:7234: there is no agent agt-1");
    expect(error.cause).toBe(cause);
  });

  test("has the code that follows from the gRPC status", () => {
    const cases: [status, StigmerErrorCode][] = [
      [status.NOT_FOUND, "not-found"],
      [status.UNAUTHENTICATED, "unauthenticated"],
      [status.PERMISSION_DENIED, "permission-denied"],
      [status.UNAVAILABLE, "unavailable"],
      [status.DEADLINE_EXCEEDED, "deadline-exceeded"],
      [status.INVALID_ARGUMENT, "invalid"],
      [status.FAILED_PRECONDITION, "invalid"],
      [status.RESOURCE_EXHAUSTED, "too-large"],
      [status.UNIMPLEMENTED, "unimplemented"],
      [status.INTERNAL, "failed"],
      [status.UNKNOWN, "failed"],
    ];
    for (const [code, expected] of cases) expect({ code, is: explained(code).code }).toEqual({ code, is: expected });
  });

  test("says whether the same call may succeed later", () => {
    const transient = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.INTERNAL, status.UNKNOWN];
    for (const code of transient) expect(explained(code).isTransient).toBe(true);
    const permanent = [status.NOT_FOUND, status.UNAUTHENTICATED, status.PERMISSION_DENIED, status.INVALID_ARGUMENT];
    for (const code of permanent) expect(explained(code).isTransient).toBe(false);
  });

  test("says what to do about a refused key", () => {
    expect(explained(status.UNAUTHENTICATED).remedies).toEqual(["Check STIGMER_API_KEY."]);
    expect(explained(status.PERMISSION_DENIED).remedies.join()).toContain("STIGMER_API_KEY");
  });

  test("says what to check if the server does not know the call", () => {
    expect(explained(status.UNIMPLEMENTED).remedies.join()).toContain("Check STIGMER_BACKEND_ENDPOINT");
  });

  test("distinguishes a refused connection from an unreachable server", () => {
    expect(explained(status.UNAVAILABLE, "connect ECONNREFUSED 127.0.0.1:7234").message).toContain(
      "nothing listens there",
    );
    expect(explained(status.UNAVAILABLE, "no route").message).toContain("not reachable (no route)");
  });
});

describe("a diagnosed connection failure", () => {
  const found = (code: ConnectionFailureCode) =>
    fromServiceError(serviceError(status.UNAVAILABLE, "No connection established"), "A.get", "localhost:443", {
      code,
      message: "the diagnosis",
    });

  test("replaces the message of gRPC and has a remedy", () => {
    expect(found("tls-port")).toMatchObject({
      message: "A.get at localhost:443: the diagnosis",
      remedies: ["Set STIGMER_BACKEND_TLS=true."],
    });
    expect(found("certificate-invalid").remedies).toEqual([]);
  });

  test("distinguishes unreachable and silent servers from a TLS failure; all are transient", () => {
    for (const code of ["refused", "unknown-host"] as const) expect(found(code).code).toBe("unavailable");
    expect(found("no-answer")).toMatchObject({ code: "deadline-exceeded", isTransient: true });
    for (const code of ["tls-port", "certificate-expired", "client-certificate-wanted", "handshake"] as const) {
      expect(found(code).code).toBe("tls");
      expect(found(code).isTransient).toBe(true);
    }
  });
});
