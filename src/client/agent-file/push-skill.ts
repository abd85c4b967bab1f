import { humanSize } from "../../shared/human-size.ts";
import {
  ApiResourceKind,
  type ApiResourceMetadata,
  type Skill,
  SkillCommandController,
  SkillQueryController,
  type StigmerClient,
  StigmerError,
  type StigmerErrorCode,
} from "../../stigmer/index.ts";
import { ClientError } from "../client-error.ts";
import type { SkillOnServer } from "./load.ts";
import type { PackedSkill } from "./skill-folder.ts";

/** How long a push may take: 100 MiB at 3 Mbit/s. */
const PUSH_TIMEOUT_MS = 5 * 60_000;

/** Errors that a push would meet, too. */
const PREVENTS_PUSH: ReadonlySet<StigmerErrorCode> = new Set([
  "unavailable",
  "deadline-exceeded",
  "tls",
  "unauthenticated",
  "permission-denied",
]);

/** Whose skills are pushed. */
type Owner = Pick<ApiResourceMetadata, "org" | "ownerScope">;

export interface PushedSkill extends SkillOnServer {
  /** Whether the server did not have this version. */
  readonly isNew: boolean;
}

/**
 * Makes sure that the server has a skill in this version.
 * @param tell is told before something is sent
 * @throws ClientError if the server refuses it; StigmerError; the signal's reason
 */
export async function pushSkill(
  client: StigmerClient,
  packed: PackedSkill,
  owner: Owner,
  tell: (text: string) => void,
  signal: AbortSignal,
): Promise<PushedSkill> {
  const found = await skillOnServer(client, packed, owner, signal);
  if (found !== undefined) return { ...versionOf(found, packed), isNew: false };
  tell(`Pushing the skill ${packed.name} (${humanSize(packed.zip.length)}) to ${client.endpoint}.`);
  const request = { name: packed.name, scope: owner.ownerScope, org: owner.org, artifact: packed.zip };
  try {
    const skill = await client.call(SkillCommandController.method.push, request, {
      signal,
      timeoutMs: PUSH_TIMEOUT_MS,
    });
    return { ...versionOf(skill, packed), isNew: true };
  } catch (error) {
    throw explained(error, packed);
  }
}

async function skillOnServer(
  client: StigmerClient,
  { name, hash }: PackedSkill,
  { org, ownerScope }: Owner,
  signal: AbortSignal,
): Promise<Skill | undefined> {
  const reference = { kind: ApiResourceKind.skill, scope: ownerScope, org, slug: name, version: hash };
  try {
    const skill = await client.call(SkillQueryController.method.getByReference, reference, { signal });
    return skill.status?.versionHash === hash ? skill : undefined;
  } catch (error) {
    // A server may refuse to look for a version that it does not know, in its own way.
    if (error instanceof StigmerError && !PREVENTS_PUSH.has(error.code)) return undefined;
    throw error;
  }
}

function versionOf({ metadata, status }: Skill, { name, hash }: PackedSkill): SkillOnServer {
  return { org: metadata?.org ?? "", slug: metadata?.slug || name, hash: status?.versionHash || hash };
}

/** The size of a message is limited by the server: 100 MiB are allowed, and today's server accepts 10 MiB. */
function explained(error: unknown, { name, folder, zip }: PackedSkill): unknown {
  if (!(error instanceof StigmerError) || (error.code !== "too-large" && error.code !== "invalid")) return error;
  const size =
    error.code === "too-large" ? ` has ${humanSize(zip.length)} packed, which is too much for the server:` : "";
  const advice = error.code === "too-large" ? " Today's Stigmer server accepts 10 MiB. Make the skill smaller." : "";
  return new ClientError(
    `The skill ${name} (${folder})${size || " was refused by the server:"} ${error.message}.${advice}`,
    error,
  );
}
