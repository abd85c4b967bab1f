/** Marks a variable whose value is never shown. */
export const secret = { public: false } as const;
