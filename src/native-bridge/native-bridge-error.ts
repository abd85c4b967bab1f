import { RunnerError } from "../shared/runner-error.ts";
import { type FailedPlace, remediesFor } from "./reasons.ts";

/** `no-place`: the bridge cannot be written to any place, or not be loaded from there. */
export type NativeBridgeErrorCode = "no-place";

/** The native bridge could not be loaded from any place. */
export class NativeBridgeError extends RunnerError<NativeBridgeErrorCode> {
  override readonly name = "NativeBridgeError";
  override readonly headline = "Temporal's native library cannot be loaded";
  readonly places: readonly FailedPlace[];

  constructor(places: readonly FailedPlace[]) {
    super("no-place", `It is unpacked before it is loaded, and that failed in all ${places.length} places`, {
      remedies: [...places.map(({ place, reason }) => `${place}: ${reason}`), ...remediesFor(places)],
    });
    this.places = places;
  }
}
