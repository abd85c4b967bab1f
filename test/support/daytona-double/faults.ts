/** How requests with a matching method and path are answered instead. */
export interface Fault {
  /** As in `POST /sandbox`. */
  readonly request: RegExp;
  readonly status?: number;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Carry out the request, but answer as a gateway that lost the answer. */
  readonly loseAnswer?: boolean;
  /** Never answer. */
  readonly hang?: boolean;
  /** How often; absent: always. */
  readonly times?: number;
}

/** Faults in the order in which they were added. */
export class Faults {
  #faults: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#faults = [];
  }

  next(request: string): Fault | undefined {
    const entry = this.#faults.find(({ fault, left }) => left > 0 && fault.request.test(request));
    if (entry !== undefined) entry.left--;
    return entry?.fault;
  }
}

/** An error in the format of Daytona's API. */
export function errorAnswer(
  status: number,
  message: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = { statusCode: status, error: "Error", message, timestamp: new Date().toISOString(), path };
  return Response.json(body, { status, headers: { ...headers } });
}
