import { createHash } from 'node:crypto';

const FIRST_SLOTS = 1 << 12;
const MAX_LOAD = 0.6;
const HALF_HASH_BYTES = 6;

/**
 * Remembers when each item was last changed, in 24 bytes per slot: incremental exports may have tens of millions of changes,
 * more than a Map can hold. Items are told apart by 96 bits of a hash of their keys.
 */
export class LatestChanges {
  #slots = FIRST_SLOTS;
  #size = 0;
  #high = new Float64Array(FIRST_SLOTS);
  #low = new Float64Array(FIRST_SLOTS);
  /** In microseconds; NaN: the slot is empty. */
  #times = new Float64Array(FIRST_SLOTS).fill(NaN);

  /** Whether no later change of the item has been seen. Of changes at the same time, the last counts. */
  accept(key: string, micros: number): boolean {
    const hash = createHash('sha256').update(key).digest();
    const high = hash.readUIntBE(0, HALF_HASH_BYTES);
    const low = hash.readUIntBE(HALF_HASH_BYTES, HALF_HASH_BYTES);
    const slot = this.#find(high, low);
    const known = this.#times[slot] ?? NaN;
    if (known > micros) return false;
    if (Number.isNaN(known)) this.#size += 1;
    this.#set(slot, high, low, micros);
    if (this.#size > MAX_LOAD * this.#slots) this.#grow();
    return true;
  }

  #set(slot: number, high: number, low: number, micros: number): void {
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#times[slot] = micros;
  }

  /** The slot of an item, or the empty one where it belongs. */
  #find(high: number, low: number): number {
    let slot = low % this.#slots;
    while (!Number.isNaN(this.#times[slot] ?? NaN) && (this.#low[slot] !== low || this.#high[slot] !== high))
      slot = (slot + 1) % this.#slots;
    return slot;
  }

  #grow(): void {
    const [highs, lows, times] = [this.#high, this.#low, this.#times];
    this.#slots *= 2;
    this.#high = new Float64Array(this.#slots);
    this.#low = new Float64Array(this.#slots);
    this.#times = new Float64Array(this.#slots).fill(NaN);
    for (const [i, micros] of times.entries()) {
      if (Number.isNaN(micros)) continue;
      const [high, low] = [highs[i] ?? 0, lows[i] ?? 0];
      this.#set(this.#find(high, low), high, low, micros);
    }
  }
}
