/** The user as whom files are created; -1 on systems without numbers for users. */
export function currentUser(): number {
  return process.geteuid?.() ?? -1;
}

const WRITABLE_BY_OTHERS = 0o022;

/** Whether the group or everybody may write a file with this mode. */
export function isWritableByOthers(mode: number): boolean {
  return (mode & WRITABLE_BY_OTHERS) !== 0;
}
