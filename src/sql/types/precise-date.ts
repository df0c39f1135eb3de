/** The microseconds that a Date does not hold, and the time that they belong to. */
const rests = new WeakMap<Date, { readonly time: number; readonly micros: number }>();

/**
 * A Date from microseconds since 1970. Its own value ends at milliseconds, but the driver knows its microseconds as long as the
 * Date is not changed: when it is printed, and when it comes back as a parameter.
 */
export function toPreciseDate(micros: bigint): Date {
  const rest = ((micros % 1000n) + 1000n) % 1000n;
  const date = new Date(Number((micros - rest) / 1000n));
  if (rest !== 0n) rests.set(date, { time: date.getTime(), micros: Number(rest) });
  return date;
}

/** The microseconds since 1970 of a Date, with those that it does not hold. */
export function toDateMicros(date: Date): bigint {
  return BigInt(date.getTime()) * 1000n + BigInt(findRest(date));
}

/** ISO 8601 with milliseconds, or with microseconds where the Date has some. */
export function formatPreciseDate(date: Date): string {
  const rest = findRest(date);
  const iso = date.toISOString();
  return rest === 0 ? iso : `${iso.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}

function findRest(date: Date): number {
  const rest = rests.get(date);
  return rest === undefined || rest.time !== date.getTime() ? 0 : rest.micros;
}
