import { createHmac } from 'node:crypto';
import type { Secret } from '../core/secret.ts';

/** The SECRET_HASH of a request: proof of the app client's secret for this user name. */
export function secretHash(userName: string, clientId: string, clientSecret: Secret): string {
  return createHmac('sha256', clientSecret.reveal())
    .update(userName + clientId)
    .digest('base64');
}
