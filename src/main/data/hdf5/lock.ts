/** Whether another program has a file open for writing: HDF5's library locks it, and marks it in its newer forms. */
import { readFileSync, statSync } from "node:fs";

/**
 * By the system's list of locks, which Linux has; elsewhere false.
 * @param path of a file that is there
 */
export function isLockedForWriting(path: string): boolean {
  try {
    const { ino, dev } = statSync(path);
    const device = `${hex(major(dev))}:${hex(minor(dev))}`;
    const held = new RegExp(
      `^\\d+: (FLOCK|OFDLCK|POSIX) +\\w+ +WRITE +-?\\d+ ${device}:${ino} `,
      "m",
    );
    return held.test(readFileSync("/proc/locks", "latin1"));
  } catch {
    // No such list on this system: then nothing is known.
    return false;
  }
}

/** @param superblock the file's first bytes: a program that has not closed it marks those of version 3 */
export function isMarkedOpen(superblock: Uint8Array): boolean {
  return superblock[8] === 3 && ((superblock[11] ?? 0) & 5) !== 0;
}

/** Linux packs both numbers of a device into one. */
function major(dev: number): number {
  return Math.floor(dev / 256) % 4096;
}

function minor(dev: number): number {
  return (dev % 256) + (Math.floor(dev / 2 ** 20) % 4096) * 256;
}

function hex(number: number): string {
  return number.toString(16).padStart(2, "0");
}
