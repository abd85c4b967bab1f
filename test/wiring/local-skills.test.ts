import { localWorld } from "../support/local-world.ts";
import { skillsSuite } from "../support/skills-suite.ts";

skillsSuite("local", localWorld);
