/** The user to whom nothing belongs. */
export const NOBODY = 65_534;

/** Does something without the rights of root, which reads whatever it likes. Not while other tests run in this process. */
export async function withoutRoot<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await work();
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
