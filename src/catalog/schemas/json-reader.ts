import { abbreviate } from '../../core/abbreviate.ts';
import { DriverError } from '../../core/errors.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import type { ElementDef } from '../table-def.ts';

/** The failure of a schema file, with the position as a JSON Pointer. */
export function schemaFileError(
  file: string,
  pointer: string,
  message: string,
  cause?: unknown,
): DriverError {
  const place = pointer === '' ? '' : `, ${pointer}`;
  return new DriverError('CATALOG_SCHEMA_FILE', `${file}${place}: ${message}`, { cause });
}

/** A value in a JSON file, with its position for messages. */
export class JsonReader {
  readonly file: string;
  readonly #value: unknown;
  readonly #pointer: string;

  constructor(value: unknown, file: string, pointer: string) {
    this.#value = value;
    this.file = file;
    this.#pointer = pointer;
  }

  expected(what: string): DriverError {
    const found = this.#value === undefined ? 'is missing' : `is ${abbreviate(this.#value)}`;
    return schemaFileError(this.file, this.#pointer, `${found}; expected ${what}`);
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#members(), key);
  }

  only(keys: readonly string[]): void {
    const stray = Object.keys(this.#members()).find((key) => !keys.includes(key));
    if (stray !== undefined)
      throw schemaFileError(
        this.file,
        this.#pointer,
        `unknown member ${abbreviate(stray)}; expected ${keys.join(', ')}`,
      );
  }

  member(key: string): JsonReader {
    const pointer = `${this.#pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return new JsonReader(new Map(Object.entries(this.#members())).get(key), this.file, pointer);
  }

  optional(key: string): JsonReader | undefined {
    return this.has(key) ? this.member(key) : undefined;
  }

  items(): readonly JsonReader[] {
    if (!Array.isArray(this.#value)) throw this.expected('an array');
    return this.#value.map((item: unknown, i) => new JsonReader(item, this.file, `${this.#pointer}/${i}`));
  }

  isArray(): boolean {
    return Array.isArray(this.#value);
  }

  isObject(): boolean {
    return typeof this.#value === 'object' && this.#value !== null && !Array.isArray(this.#value);
  }

  text(): string {
    if (typeof this.#value !== 'string') throw this.expected('a string');
    return this.#value;
  }

  name(): string {
    const text = this.text();
    if (text === '') throw this.expected('a name');
    return text;
  }

  number(): number {
    if (typeof this.#value !== 'number') throw this.expected('a number');
    return this.#value;
  }

  boolean(): boolean {
    if (typeof this.#value !== 'boolean') throw this.expected('true or false');
    return this.#value;
  }

  /** A string, or an array of its lines. */
  lines(): string {
    const text = Array.isArray(this.#value)
      ? this.items()
          .map((line) => line.text())
          .join('\n')
      : this.text();
    if (text.trim() === '') throw this.expected('SQL');
    return text;
  }

  /** An attribute name, or the steps of a path: names and 0-based list positions. */
  path(): DocumentPath {
    if (typeof this.#value === 'string') return [this.name()];
    const [first, ...steps] = this.items();
    if (first === undefined) throw this.expected('an attribute name, or an array of path steps');
    return [first.name(), ...steps.map((step) => step.#step())];
  }

  /** The steps of a path within a list element. */
  steps(): ElementDef['path'] {
    return typeof this.#value === 'string' ? [this.name()] : this.items().map((step) => step.#step());
  }

  #step(): string | number {
    const value = this.#value;
    if (typeof value === 'string' || (Number.isSafeInteger(value) && Number(value) >= 0))
      return typeof value === 'string' ? value : Number(value);
    throw this.expected('a map key or a 0-based list position');
  }

  #members(): object {
    if (typeof this.#value !== 'object' || this.#value === null || Array.isArray(this.#value))
      throw this.expected('an object');
    return this.#value;
  }
}
