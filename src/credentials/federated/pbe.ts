import { createDecipheriv, createHash, pbkdf2Sync } from 'node:crypto';
import { type Der, hexOf, inside } from './der.ts';

/** Decrypts what a password protects, as PKCS #12 says it; undefined where the way is unknown or the password wrong. */
export function decryptWithPassword(
  algorithm: Der | undefined,
  encrypted: Buffer,
  password: string,
): Buffer | undefined {
  const [name, parameters] = inside(algorithm);
  const cipher = ciphers.get(hexOf(name))?.(inside(parameters), password);
  if (cipher === undefined) return undefined;
  try {
    const decipher = createDecipheriv(cipher.name, cipher.key, cipher.iv);
    return Buffer.concat([decipher.update(encrypted), decipher.final()]);
  } catch {
    return undefined;
  }
}

interface Keyed {
  readonly name: string;
  readonly key: Buffer;
  readonly iv: Buffer;
}

/** By their object identifiers. */
const ciphers: ReadonlyMap<string, (parameters: readonly Der[], password: string) => Keyed | undefined> =
  new Map([
    ['2a864886f70d01050d', pbes2],
    ['2a864886f70d010c0103', tripleDes],
  ]);

const ENCRYPTIONS: ReadonlyMap<string, readonly [name: string, keyBytes: number]> = new Map([
  ['608648016503040102', ['aes-128-cbc', 16]],
  ['608648016503040116', ['aes-192-cbc', 24]],
  ['60864801650304012a', ['aes-256-cbc', 32]],
  ['2a864886f70d0307', ['des-ede3-cbc', 24]],
]);

const SHA1 = '2a864886f70d0207';
const DIGESTS: ReadonlyMap<string, string> = new Map([
  [SHA1, 'sha1'],
  ['2a864886f70d0209', 'sha256'],
  ['2a864886f70d020a', 'sha384'],
  ['2a864886f70d020b', 'sha512'],
]);
const PBKDF2 = '2a864886f70d01050c';
const SEQUENCE = 0x30;
/** More would only take long. */
const MOST_ROUNDS = 10_000_000;

function pbes2([derivation, scheme]: readonly Der[], password: string): Keyed | undefined {
  const [kdf, settings] = inside(derivation);
  const [salt, rounds, ...others] = inside(settings);
  const prf = others.find(({ tag }) => tag === SEQUENCE);
  const digest = DIGESTS.get(prf === undefined ? SHA1 : hexOf(inside(prf)[0]));
  const [name, iv] = inside(scheme);
  const encryption = ENCRYPTIONS.get(hexOf(name));
  const count = roundsOf(rounds);
  if (hexOf(kdf) !== PBKDF2 || encryption === undefined || digest === undefined) return undefined;
  if (salt === undefined || iv === undefined || count === undefined) return undefined;
  const [cipher, keyBytes] = encryption;
  return { name: cipher, key: pbkdf2Sync(password, salt.content, count, keyBytes, digest), iv: iv.content };
}

function tripleDes([salt, rounds]: readonly Der[], password: string): Keyed | undefined {
  const count = roundsOf(rounds);
  if (salt === undefined || count === undefined) return undefined;
  const derived = (purpose: number, bytes: number): Buffer =>
    pkcs12Key(password, { salt: salt.content, rounds: count, purpose, bytes });
  return { name: 'des-ede3-cbc', key: derived(1, 24), iv: derived(2, 8) };
}

function roundsOf(rounds: Der | undefined): number | undefined {
  const count = rounds === undefined ? 0 : Number(`0x0${hexOf(rounds)}`);
  return count >= 1 && count <= MOST_ROUNDS ? count : undefined;
}

const BLOCK = 64;

/** Derives a key as PKCS #12 does by itself, with SHA-1 (RFC 7292, appendix B). */
export function pkcs12Key(
  password: string,
  wanted: {
    readonly salt: Buffer;
    readonly rounds: number;
    /** 1 for a key, 2 for an initialization vector, 3 for a MAC. */
    readonly purpose: number;
    readonly bytes: number;
  },
): Buffer {
  const characters = Buffer.from(`${password}\0`, 'utf16le').swap16();
  const mixed = Buffer.concat([filled(wanted.salt), filled(characters)]);
  const pieces: Buffer[] = [];
  while (Buffer.concat(pieces).length < wanted.bytes) {
    let hash = Buffer.concat([Buffer.alloc(BLOCK, wanted.purpose), mixed]);
    for (let round = 0; round < wanted.rounds; round += 1) hash = createHash('sha1').update(hash).digest();
    pieces.push(hash);
    const added = filled(hash).subarray(0, BLOCK);
    for (let at = 0; at < mixed.length; at += BLOCK) addOneAnd(added, mixed.subarray(at, at + BLOCK));
  }
  return Buffer.concat(pieces).subarray(0, wanted.bytes);
}

/** The bytes again and again, in whole blocks. */
function filled(bytes: Buffer): Buffer {
  return Buffer.alloc(Math.ceil(bytes.length / BLOCK) * BLOCK, bytes);
}

/** Adds the number and one to the other, in place; what does not fit is lost. */
function addOneAnd(number: Buffer, other: Buffer): void {
  let carry = 1;
  for (let at = BLOCK - 1; at >= 0; at -= 1) {
    carry += (number[at] ?? 0) + (other[at] ?? 0);
    other[at] = carry & 0xff;
    carry >>= 8;
  }
}
