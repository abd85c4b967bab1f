/** Stands in place of a secret in texts. A module of its own: light commands show it, and mask nothing. */
export const MASK = "***";
