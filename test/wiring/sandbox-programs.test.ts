import { programsContract } from "../support/sandbox-contract/programs.ts";
import { openDaytona, openFilesystem, openLocalHost } from "../support/sandbox-contract/subjects.ts";

programsContract("filesystem", openFilesystem);
programsContract("remote", openLocalHost);
programsContract("Daytona", openDaytona);
