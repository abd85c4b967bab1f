import { expect, test } from "bun:test";
import { join } from "node:path";
import { testAuthority } from "../../../test/support/certificates.ts";

test("the certificate must be for the name, not for the address", async () => {
  await using authority = await testAuthority();
  const { cert, key } = await authority.issue("server", { hosts: ["pinned.invalid"] });
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, tls: { cert, key }, fetch: () => new Response("hello") });
  const script = `import { pinnedFetch } from ${JSON.stringify(join(import.meta.dir, "pinned-fetch.ts"))};
for (const host of ["pinned.invalid", "other.invalid"])
  await pinnedFetch()(new URL("https://" + host + ":${server.port}/"), {}, ["127.0.0.1"], () => undefined).then(
    async (response) => console.log(await response.text()),
    (error) => console.log(error.code),
  );`;
  // Authorities are read when a program starts.
  const env = { PATH: process.env["PATH"], NODE_EXTRA_CA_CERTS: authority.caFile };
  const child = Bun.spawn([process.execPath, "-e", script], { env, stdout: "pipe", stderr: "inherit" });
  expect(await new Response(child.stdout).text()).toBe("hello\nERR_TLS_CERT_ALTNAME_INVALID\n");
  await server.stop(true);
});
