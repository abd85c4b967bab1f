import { accessSync, constants, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";

/** The files of control groups. What does not exist or is not permitted counts as empty, or as not done. */

export function numbersIn(file: string): number[] {
  return readText(file)
    .split("\n")
    .filter((line) => line !== "")
    .map(Number);
}

export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

export function readText(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

export function writeText(file: string, text: string): boolean {
  try {
    writeFileSync(file, text);
    return true;
  } catch {
    return false;
  }
}

export function makeDirectory(directory: string): boolean {
  try {
    mkdirSync(directory);
    return true;
  } catch {
    return isDirectory(directory);
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

export function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
