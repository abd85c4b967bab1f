/** The user as whom files are created; -1 on systems without numbers for users. */
export function currentUser(): number {
  return process.geteuid?.() ?? -1;
}
