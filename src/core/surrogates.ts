/** Half of a surrogate pair: UTF-8, in which DynamoDB and the engine keep strings, cannot encode it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** The index of the first half of a surrogate pair without its other half; undefined if the string has none. */
export function findLoneSurrogate(text: string): number | undefined {
  const at = text.search(LONE_SURROGATE);
  return at < 0 ? undefined : at;
}

/** Whether a string has half of a surrogate pair. */
export function hasLoneSurrogate(text: string): boolean {
  return LONE_SURROGATE.test(text);
}

/** What messages say about such a string. */
export const LONE_SURROGATE_FOUND = 'half of a surrogate pair, which UTF-8 cannot encode';
