import { programsContract } from "../support/sandbox-contract/programs.ts";
import { openFilesystem } from "../support/sandbox-contract/subjects.ts";

programsContract("filesystem", openFilesystem);
