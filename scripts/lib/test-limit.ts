/**
 * How long a test may take: against hanging, and long enough for a machine that is ten times slower than usual. Tests name
 * no limits of their own.
 */
export const TEST_LIMIT_MS = 300_000;
