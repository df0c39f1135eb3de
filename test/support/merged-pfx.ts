import { createHmac, randomBytes } from 'node:crypto';
import { type Der, readChildren, readDer } from '../../src/credentials/federated/der.ts';
import { derivePkcs12Key } from '../../src/credentials/federated/pbe.ts';

/** Merges PFX files with the same password, since openssl writes only one key into a file. */
export function mergedPfx(files: readonly Buffer[], password: string): Buffer {
  const safes = files.flatMap((file) =>
    readChildren(readChildren(getOctets(file))[0]).map(({ whole }) => whole),
  );
  const authenticated = der(0x30, ...safes);
  const salt = randomBytes(8);
  const rounds = 1000;
  const key = derivePkcs12Key(password, { salt, rounds, purpose: 3, bytes: 20 });
  const mac = createHmac('sha1', key).update(authenticated).digest();
  const sha1 = der(0x30, Buffer.from('06052b0e03021a0500', 'hex'));
  const macData = der(
    0x30,
    der(0x30, sha1, der(0x04, mac)),
    der(0x04, salt),
    der(0x02, Buffer.from([rounds >> 8, rounds & 0xff])),
  );
  const data = Buffer.from('06092a864886f70d010701', 'hex');
  const content = der(0x30, data, der(0xa0, der(0x04, authenticated)));
  return der(0x30, der(0x02, Buffer.from([3])), content, macData);
}

/** The octets that contain the authenticated safe. */
function getOctets(file: Buffer): Der | undefined {
  const [, authenticated] = readChildren(readDer(file)?.[0]);
  const [, wrapped] = readChildren(authenticated);
  return readChildren(wrapped)[0];
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const length =
    content.length < 0x80 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
