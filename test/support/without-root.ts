/** The user `nobody`. */
export const NOBODY = 65_534;

/** Runs work without root's permissions. Not while other tests run in this process. */
export async function withoutRoot<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await work();
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
