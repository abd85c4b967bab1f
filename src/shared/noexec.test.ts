import { expect, test } from "bun:test";
import { isNoexec } from "./noexec.ts";

const MOUNTS = String.raw`22 1 0:20 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:21 / /tmp rw,nosuid,noexec shared:2 - tmpfs tmpfs rw
24 23 0:22 / /tmp/exec rw,nosuid - tmpfs tmpfs rw
25 22 0:23 / /data rw,noexec - tmpfs tmpfs rw
26 22 0:24 / /data rw - tmpfs tmpfs rw
27 22 0:25 / /with\040space rw,noexec - tmpfs tmpfs rw
`;

test("a directory is noexec if its mount is: the nearest one above, of several at one place the last", () => {
  const cases = ["/tmp", "/tmp/x/y", "/tmp/exec/x", "/tmpx", "/data/x", "/with space/x", "/home"];
  expect(cases.filter((path) => isNoexec(path, MOUNTS))).toEqual(["/tmp", "/tmp/x/y", "/with space/x"]);
  expect(isNoexec("/tmp", "")).toBe(false);
});
