/** The punctuation of JSON. */
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_LIST = 0x5b;
export const CLOSE_LIST = 0x5d;
export const OPEN = 0x7b;
export const CLOSE = 0x7d;

/** The literals of JSON. */
export const FALSE = Buffer.from('false');
export const TRUE = Buffer.from('true');
export const NULL = Buffer.from('null');

/** The type names of DynamoDB's JSON format, with quotes and colon. */
export const TYPE_TAGS = {
  S: Buffer.from('"S":'),
  N: Buffer.from('"N":'),
  M: Buffer.from('"M":'),
  L: Buffer.from('"L":'),
  BOOL: Buffer.from('"BOOL":'),
  NULL: Buffer.from('"NULL":true'),
  SS: Buffer.from('"SS":'),
  NS: Buffer.from('"NS":'),
  BS: Buffer.from('"BS":'),
  B: Buffer.from('"B":'),
};
