/** Executions of a block, which run at once: all with metrics, or all without. */
export const BLOCK = 8;
/** With, without, without, with: what changes slowly, such as the engine's compiled code, affects both alike. */
const PATTERN = [true, false, false, true];
/** Executions after which the pattern begins again. */
export const PATTERN_EXECUTIONS = BLOCK * PATTERN.length;

/** @param execution its number since the start of the runner, from 0 */
export function isMeasured(execution: number): boolean {
  return PATTERN[Math.floor(execution / BLOCK) % PATTERN.length] === true;
}
