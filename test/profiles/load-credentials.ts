import { fromProfile } from '../../src/profiles/profile-source.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import type { Credentials } from '../../src/core/credentials.ts';
import type { FakePorts } from '../doubles/ports.ts';

export const CREDENTIALS = '/home/ana/.aws/credentials';
export const CONFIG = '/home/ana/.aws/config';

/** Loads the credentials of the profile that a connection string names. */
export async function loadProfileCredentials(ports: FakePorts, text: string): Promise<Credentials> {
  const { options } = await parseConnection(text, ports);
  return fromProfile(options, ports)(new AbortController().signal);
}

/** The two settings of an access key. */
export const pair = (id: string, secret: string): string =>
  `aws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
