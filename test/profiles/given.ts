import { profileSource } from '../../src/profiles/profile-source.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import type { Credentials } from '../../src/core/credentials.ts';
import type { FakePorts } from '../doubles/ports.ts';

export const CREDENTIALS = '/home/ana/.aws/credentials';
export const CONFIG = '/home/ana/.aws/config';

/** The credentials of the profile that a connection string names, in that world. */
export async function credentialsIn(ports: FakePorts, text: string): Promise<Credentials> {
  const { options } = await parseConnection(text, ports);
  return profileSource(options, ports)(new AbortController().signal);
}

/** Two lines with a key pair. */
export const pair = (id: string, secret: string): string =>
  `aws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
