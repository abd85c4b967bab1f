import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { runShell } from "../run-shell.ts";
import type { Box } from "./box.ts";
import { errorAnswer } from "./faults.ts";

/**
 * The service that runs inside a sandbox: commands and files are real.
 * @param programs value of PATH
 * @param user commands run as this one
 */
export async function toolboxAnswer(
  box: Box,
  path: string,
  request: Request,
  programs: string,
  user?: number,
): Promise<Response> {
  if (box.state !== "started") return errorAnswer(400, `bad request: sandbox is not running: ${box.state}`, path);
  switch (`${request.method} ${path}`) {
    case "GET /work-dir":
    case "GET /user-home-dir":
      return Response.json({ dir: box.folder });
    case "POST /process/execute":
      return await execute(box, (await request.json()) as ExecuteRequest, path, programs, user);
    case "POST /files/bulk-upload":
      return await upload(box, (await request.formData()) as unknown as UploadForm);
    case "POST /files/bulk-download":
      return download(box, ((await request.json()) as { paths: string[] }).paths);
    default:
      return errorAnswer(404, `the double does not support ${request.method} ${path}`, path);
  }
}

interface ExecuteRequest {
  readonly command: string;
  readonly cwd?: string;
  readonly envs?: Record<string, string>;
  /** Seconds. */
  readonly timeout?: number;
}

/** Runs a command line as the toolbox does: with a shell, in the sandbox's environment. */
async function execute(
  box: Box,
  { command, cwd, envs, timeout = 10 }: ExecuteRequest,
  path: string,
  programs: string,
  user: number | undefined,
): Promise<Response> {
  const env = { PATH: programs, HOME: box.folder, LANG: "C.UTF-8", ...box.params.env, ...envs };
  const outcome = await runShell(command, { cwd: cwd ?? box.folder, env, user, timeoutMs: timeout * 1000 });
  if (outcome === undefined) return errorAnswer(408, "command execution timeout", path);
  return Response.json({ exitCode: outcome.exitCode, result: outcome.output });
}

/** The part of a form that is used. The types of Bun's form and the web's form differ. */
interface UploadForm {
  has(name: string): boolean;
  get(name: string): string | Blob | null;
}

async function upload(box: Box, form: UploadForm): Promise<Response> {
  for (let index = 0; form.has(`files[${index}].file`); index++) {
    const target = resolve(box.folder, String(form.get(`files[${index}].path`)));
    const file = form.get(`files[${index}].file`) as Blob;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, Buffer.from(await file.arrayBuffer()));
  }
  return new Response(null, { status: 200 });
}

/** One part for each file, named `file`, or `error` if it cannot be read. */
function download(box: Box, paths: readonly string[]): Response {
  const boundary = `DAYTONA-${crypto.randomUUID()}`;
  const parts = paths.map((path) => {
    const { name, content } = part(resolve(box.folder, path), path);
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${path}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), content, Buffer.from("\r\n")]);
  });
  const body = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
  return new Response(body, { headers: { "content-type": `multipart/form-data; boundary=${boundary}` } });
}

function part(file: string, path: string): { readonly name: "file" | "error"; readonly content: Buffer } {
  try {
    return { name: "file", content: readFileSync(file) };
  } catch {
    const error = { statusCode: 404, message: `file not found: ${path}`, code: "FILE_NOT_FOUND" };
    return { name: "error", content: Buffer.from(JSON.stringify(error)) };
  }
}
