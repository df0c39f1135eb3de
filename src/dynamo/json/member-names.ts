import { COLON } from './bytes.ts';
import type { JsonScanner } from './scanner.ts';

/** A name of the previous object: its bytes, with quotes and colon, and what it stands for. */
interface KnownName<T> {
  readonly bytes: Buffer;
  readonly target: T;
}

/**
 * Looks up the names of members, object after object. Most items of a table have the same attributes in the same order, so each
 * name is first compared with the previous item's, and decoded only if they differ.
 */
export class MemberNames<T> {
  readonly #scanner: JsonScanner;
  readonly #targets: ReadonlyMap<string, T>;
  readonly #other: (name: string) => T;
  readonly #order: KnownName<T>[] = [];

  /** `other`: what names stand for that `targets` does not have. */
  constructor(scanner: JsonScanner, targets: ReadonlyMap<string, T>, other: (name: string) => T) {
    this.#scanner = scanner;
    this.#targets = targets;
    this.#other = other;
  }

  /** Reads a name and its colon, of the object's member with this index; undefined if there is none. */
  read(index: number): T | undefined {
    const scanner = this.#scanner;
    const known = this.#order[index];
    if (known !== undefined && scanner.skipBytes(known.bytes)) return known.target;
    const { at: start } = scanner;
    const name = scanner.readString();
    if (name === undefined || !scanner.skip(COLON)) return undefined;
    const target = this.#targets.get(name) ?? this.#other(name);
    this.#order[index] = { bytes: Buffer.from(scanner.bytes.subarray(start, scanner.at)), target };
    return target;
  }
}
