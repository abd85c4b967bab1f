/** Prints the images that test-support/images.ts found or built: see scripts/test-images. */
import { output } from "./test-support/command.ts";
import { testImages } from "./test-support/images.ts";

if ((await output(["docker", "version"], 10_000)) === undefined) {
  console.error("No container engine answers: start Docker, or set DOCKER_HOST.");
  process.exit(1);
}
for (const [variable, image] of Object.entries((await testImages()).env)) console.log(`export ${variable}=${image}`);
