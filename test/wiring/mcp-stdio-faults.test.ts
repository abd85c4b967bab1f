import { stdioContract } from "../support/mcp/stdio-contract.ts";
import { openFilesystem } from "../support/sandbox-contract/subjects.ts";

stdioContract("filesystem", openFilesystem);
