/** Builds an image from programs of this machine and the libraries that they are linked to. Needs no registry. */
import { cp, mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { $ } from "bun";
import { output } from "./command.ts";

/** For programs that look up their user. */
const USERS = "root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin\n";

export interface Contents {
  /** Path in the image → program of this machine. */
  readonly programs: Readonly<Record<string, string>>;
  /** Files of which only the libraries are needed. */
  readonly librariesOf?: readonly string[];
  /** Further files, at the same path; those that do not exist are left out. */
  readonly files?: readonly string[];
  /** Symbolic links: path in the image → target. */
  readonly links?: Readonly<Record<string, string>>;
  /** Dockerfile instructions. */
  readonly changes: readonly string[];
}

/**
 * Builds the image, unless it exists. @returns its name, with the hash of its content as the tag
 * @throws Error on a machine whose programs cannot run in a container
 */
export async function importImage(name: string, contents: Contents): Promise<string> {
  if (process.platform !== "linux")
    throw new Error(
      `no registry answers, and an image of ${name} can only be built from the programs of a Linux machine`,
    );
  const files = await filesOf(contents);
  const image = `agent-runner-test/${name}:${await hashOf(files, [...contents.changes, JSON.stringify(contents.links ?? {})])}`;
  if ((await output(["docker", "image", "inspect", image])) !== undefined) return image;
  const folder = await mkdtemp(join(tmpdir(), "agent-runner-image-"));
  try {
    await mkdir(join(folder, "tmp"), { mode: 0o1777 });
    await $`chmod 1777 ${join(folder, "tmp")}`;
    await Bun.write(join(folder, "etc/passwd"), USERS);
    for (const [link, target] of Object.entries(contents.links ?? {})) await symlink(target, join(folder, link));
    for (const [inside, outside] of files) {
      await mkdir(dirname(join(folder, inside)), { recursive: true });
      await cp(outside, join(folder, inside), { dereference: true });
    }
    const changes = contents.changes.flatMap((change) => ["--change", change]);
    await $`tar --owner=0 --group=0 --numeric-owner -C ${folder} -c . | docker import ${changes} - ${image}`
      .env({ ...process.env })
      .quiet();
    return image;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Path in the image → file of this machine, in a fixed order. */
async function filesOf({ programs, librariesOf = [], files = [] }: Contents): Promise<[string, string][]> {
  const all = new Map(Object.entries(programs));
  for (const program of [...Object.values(programs), ...librariesOf])
    for (const library of await librariesUsedBy(program)) all.set(library, library);
  for (const file of files) if (await Bun.file(file).exists()) all.set(file, file);
  const real = await Promise.all([...all].map(async ([inside, outside]) => [inside, await realpath(outside)] as const));
  return real.map(([inside, outside]): [string, string] => [inside, outside]).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** @returns no library for a statically linked program */
async function librariesUsedBy(file: string): Promise<string[]> {
  const lines = (await output(["ldd", file])) ?? "";
  return lines.split("\n").flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

async function hashOf(files: readonly (readonly [string, string])[], changes: readonly string[]): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  hasher.update(JSON.stringify([USERS, changes]));
  for (const [inside, outside] of files) hasher.update(`${inside}\0`).update(await Bun.file(outside).bytes());
  return hasher.digest("hex").slice(0, 12);
}
