import { stdioContract } from "../support/mcp/stdio-contract.ts";
import { openDaytona, openFilesystem } from "../support/sandbox-contract/subjects.ts";

stdioContract("filesystem", openFilesystem);
stdioContract("Daytona", openDaytona, { findsSessions: false });
