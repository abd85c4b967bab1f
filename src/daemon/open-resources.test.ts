import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { makeDaemonFile } from "../../test/support/daemon-file.ts";
import { damagePages } from "../../test/support/damage.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { silentLogger } from "../log/index.ts";
import { DatabaseError } from "../shared/open-database.ts";
import { openResources } from "./open-resources.ts";

/** Some of the bytes of an execution, as a bad disk changes them: SQLite does not notice it. */
async function damageMessage(path: string): Promise<void> {
  const [id] = makeDaemonFile(path, 1);
  using database = new Database(path);
  database.run("UPDATE resources SET message = X'5a5a5a5a' WHERE id = ?", [id ?? ""]);
}

test.each([
  [
    "pages",
    async (path: string) => {
      makeDaemonFile(path);
      await damagePages(path);
    },
  ],
  ["message", damageMessage],
])("a daemon's file with a damaged %s is named with a remedy", async (_, damage) => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "daemon.db");
  await damage(path);
  const opening = () => openResources(path, silentLogger);
  expect(opening).toThrow(DatabaseError);
  expect(opening).toThrow(`The database ${path} cannot be used: it is damaged (SQLITE_CORRUPT)`);
  expect(opening).toThrow(
    expect.objectContaining({ remedies: [expect.stringContaining(`move it away, with ${path}-wal`)] }),
  );
});

test("the daemon's file contains the unfinished executions", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "daemon.db");
  const ids = makeDaemonFile(path);
  const { live, close } = openResources(path, silentLogger);
  expect(live.running().map(({ execution }) => execution.metadata?.id)).toEqual(ids.toReversed());
  close();
});
