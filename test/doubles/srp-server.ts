import { createHash, createHmac, getDiffieHellman, randomBytes } from 'node:crypto';

/** The server side of Secure Remote Password as Cognito implements it, with group 15 of RFC 3526. */
export const MODULUS = getDiffieHellman('modp15').getPrime('hex');
const N = BigInt(`0x${MODULUS}`);
const G = 2n;
const K = toNumber(sha256(Buffer.concat([toBytes(N), toBytes(G)])));

/** What the server stores instead of a password. */
export interface Verifier {
  readonly salt: bigint;
  readonly value: bigint;
}

export function createVerifier(
  poolName: string,
  userId: string,
  password: string,
  salt: bigint = toNumber(randomBytes(16)),
): Verifier {
  const inner = sha256(Buffer.from(`${poolName}${userId}:${password}`, 'utf8'));
  return { salt, value: power(G, toNumber(sha256(Buffer.concat([toBytes(salt), inner])))) };
}

/** One exchange: the values to send, and the check of the client's proof. */
export interface ServerRun {
  readonly salt: string;
  readonly publicB: string;
  readonly secretBlock: string;
  accepts(proof: {
    readonly timestamp: string;
    readonly signature: string;
    readonly secretBlock: string;
  }): boolean;
}

export function serverRun(poolName: string, userId: string, verifier: Verifier, publicA: string): ServerRun {
  const A = BigInt(`0x${publicA}`);
  if (A % N === 0n) throw new Error('A is a multiple of N');
  const b = toNumber(randomBytes(32));
  const B = (K * verifier.value + power(G, b)) % N;
  const secretBlock = randomBytes(64).toString('base64');
  const u = toNumber(sha256(Buffer.concat([toBytes(A), toBytes(B)])));
  const S = power((A * power(verifier.value, u)) % N, b);
  const extracted = hmac(toBytes(u), toBytes(S));
  const key = hmac(extracted, Buffer.from('Caldera Derived Key\x01', 'latin1')).subarray(0, 16);
  return {
    salt: verifier.salt.toString(16),
    publicB: B.toString(16),
    secretBlock,
    accepts(proof) {
      if (proof.secretBlock !== secretBlock) return false;
      if (
        !/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [1-9]\d? \d\d:\d\d:\d\d UTC \d{4}$/.test(
          proof.timestamp,
        )
      )
        return false;
      const parts = [
        Buffer.from(poolName + userId),
        Buffer.from(secretBlock, 'base64'),
        Buffer.from(proof.timestamp),
      ];
      return hmac(key, Buffer.concat(parts)).toString('base64') === proof.signature;
    },
  };
}

/** The bytes of Java's BigInteger: with a leading zero if the top bit is set. */
function toBytes(value: bigint): Buffer {
  const digits = value.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
}

function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function hmac(key: Buffer, bytes: Buffer): Buffer {
  return createHmac('sha256', key).update(bytes).digest();
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % N;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % N;
    square = (square * square) % N;
  }
  return result;
}
