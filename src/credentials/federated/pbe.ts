import { createDecipheriv, createHash, pbkdf2Sync } from 'node:crypto';
import { type Der, toHex, readChildren } from './der.ts';

/** Decrypts content with a password as specified by PKCS #12; undefined for an unsupported algorithm or a wrong password. */
export function decryptWithPassword(
  algorithm: Der | undefined,
  encrypted: Buffer,
  password: string,
): Buffer | undefined {
  const [name, parameters] = readChildren(algorithm);
  const cipher = CIPHERS.get(toHex(name))?.(readChildren(parameters), password);
  if (cipher === undefined) return undefined;
  try {
    const decipher = createDecipheriv(cipher.name, cipher.key, cipher.iv);
    return Buffer.concat([decipher.update(encrypted), decipher.final()]);
  } catch {
    return undefined;
  }
}

interface CipherParameters {
  readonly name: string;
  readonly key: Buffer;
  readonly iv: Buffer;
}

/** By object identifier. */
const CIPHERS: ReadonlyMap<
  string,
  (parameters: readonly Der[], password: string) => CipherParameters | undefined
> = new Map([
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
/** A limit for hostile files. */
const MAX_ITERATIONS = 10_000_000;

function pbes2([derivation, scheme]: readonly Der[], password: string): CipherParameters | undefined {
  const [kdf, settings] = readChildren(derivation);
  const [salt, rounds, ...others] = readChildren(settings);
  const prf = others.find(({ tag }) => tag === SEQUENCE);
  const digest = DIGESTS.get(prf === undefined ? SHA1 : toHex(readChildren(prf)[0]));
  const [name, iv] = readChildren(scheme);
  const encryption = ENCRYPTIONS.get(toHex(name));
  const count = readIterations(rounds);
  if (toHex(kdf) !== PBKDF2 || encryption === undefined || digest === undefined) return undefined;
  if (salt === undefined || iv === undefined || count === undefined) return undefined;
  const [cipher, keyBytes] = encryption;
  return { name: cipher, key: pbkdf2Sync(password, salt.content, count, keyBytes, digest), iv: iv.content };
}

function tripleDes([salt, rounds]: readonly Der[], password: string): CipherParameters | undefined {
  const count = readIterations(rounds);
  if (salt === undefined || count === undefined) return undefined;
  const derived = (purpose: number, bytes: number): Buffer =>
    derivePkcs12Key(password, { salt: salt.content, rounds: count, purpose, bytes });
  return { name: 'des-ede3-cbc', key: derived(1, 24), iv: derived(2, 8) };
}

function readIterations(rounds: Der | undefined): number | undefined {
  const count = rounds === undefined ? 0 : Number(`0x0${toHex(rounds)}`);
  return count >= 1 && count <= MAX_ITERATIONS ? count : undefined;
}

const BLOCK = 64;

/** Derives a key with the KDF of PKCS #12 and SHA-1 (RFC 7292, appendix B). */
export function derivePkcs12Key(
  password: string,
  options: {
    readonly salt: Buffer;
    readonly rounds: number;
    /** 1 for a key, 2 for an initialization vector, 3 for a MAC. */
    readonly purpose: number;
    readonly bytes: number;
  },
): Buffer {
  const characters = Buffer.from(`${password}\0`, 'utf16le').swap16();
  const input = Buffer.concat([fillBlocks(options.salt), fillBlocks(characters)]);
  const blocks: Buffer[] = [];
  while (Buffer.concat(blocks).length < options.bytes) {
    let hash = Buffer.concat([Buffer.alloc(BLOCK, options.purpose), input]);
    for (let round = 0; round < options.rounds; round += 1) hash = createHash('sha1').update(hash).digest();
    blocks.push(hash);
    const addend = fillBlocks(hash).subarray(0, BLOCK);
    for (let at = 0; at < input.length; at += BLOCK) addPlusOne(addend, input.subarray(at, at + BLOCK));
  }
  return Buffer.concat(blocks).subarray(0, options.bytes);
}

/** Repeats the bytes to fill whole blocks. */
function fillBlocks(bytes: Buffer): Buffer {
  return Buffer.alloc(Math.ceil(bytes.length / BLOCK) * BLOCK, bytes);
}

/** Adds `value` + 1 to `target` in place, without the last carry. */
function addPlusOne(value: Buffer, target: Buffer): void {
  let carry = 1;
  for (let at = BLOCK - 1; at >= 0; at -= 1) {
    carry += (value[at] ?? 0) + (target[at] ?? 0);
    target[at] = carry & 0xff;
    carry >>= 8;
  }
}
