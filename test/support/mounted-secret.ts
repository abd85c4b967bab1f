import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "./temporary-folder.ts";

/** A secret as Kubernetes mounts it: `token` → `..data/token`, where `..data` is a link that is replaced atomically. */
export interface MountedSecret {
  /** The path that programs are told. */
  readonly file: string;
  write(text: string): Promise<void>;
  /** Takes the secret away, and leaves the folder. */
  remove(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function mountedSecret(text: string): Promise<MountedSecret> {
  const folder = await temporaryFolder();
  const [file, data] = [join(folder.path, "token"), join(folder.path, "..data")];
  let version = 0;
  const write = async (content: string) => {
    const old = join(folder.path, `..v${version}`);
    version++;
    const target = join(folder.path, `..v${version}`);
    await mkdir(target);
    await Bun.write(join(target, "token"), content);
    await symlink(target, `${data}_tmp`);
    await rename(`${data}_tmp`, data);
    await rm(old, { recursive: true, force: true });
  };
  await write(text);
  await symlink(join("..data", "token"), file);
  return {
    file,
    write,
    remove: () => rm(data),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
