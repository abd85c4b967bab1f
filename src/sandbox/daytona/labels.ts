import type { SandboxRequest } from "../sandbox.ts";

/**
 * The labels of a sandbox: its owner and its purpose. A group is all replicas that share work; they may delete each
 * other's sandboxes.
 */
const LABEL = {
  group: "stigmer-runner",
  session: "stigmer-session",
  execution: "stigmer-execution",
} as const;

type Labels = Readonly<Record<string, string>>;

/** Labels of a sandbox that is created for a request. */
export function labelsFor(group: string, { sessionId, executionId }: SandboxRequest): Record<string, string> {
  return {
    [LABEL.group]: group,
    [LABEL.execution]: executionId,
    ...(sessionId === undefined ? {} : { [LABEL.session]: sessionId }),
  };
}

/** Labels that all sandboxes of a group have. */
export function labelsOfGroup(group: string): Record<string, string> {
  return { [LABEL.group]: group };
}

/** Labels that the sandboxes of a session have. */
export function labelsOfSession(group: string, sessionId: string): Record<string, string> {
  return { [LABEL.group]: group, [LABEL.session]: sessionId };
}

/** The session that a sandbox was created for, if any. */
export function sessionOf(labels: Labels): string | undefined {
  return labels[LABEL.session];
}

/** The execution that a sandbox was created for, if any. */
export function executionOf(labels: Labels): string | undefined {
  return labels[LABEL.execution];
}

/** The group that a sandbox belongs to, if any. */
export function groupOf(labels: Labels): string | undefined {
  return labels[LABEL.group];
}
